package io.concordance.kit.trace;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Spans by hand where no library makes them: an event waits in the outbox, past the end of the process perhaps, so that its
 * row keeps the trace context (W3C Trace Context, {@code traceparent}), and whoever handles the record goes on from there.
 * While nothing is traced all of this does nothing.
 */
public final class Traces {
    /** Name of the header of requests and records. */
    public static final String PARENT = "traceparent";

    private static final String SCOPE = "io.concordance";
    private static final TextMapGetter<ConsumerRecord<?, ?>> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(ConsumerRecord<?, ?> message) {
            return List.of(PARENT);
        }

        @Override
        public @Nullable String get(@Nullable ConsumerRecord<?, ?> message, String key) {
            Header header = message == null ? null : message.headers().lastHeader(key);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }
    };

    private Traces() {}

    /** The context of the current span as {@code traceparent} has it, null outside of any. */
    public static @Nullable String parent() {
        Map<String, String> carrier = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.current(), carrier, (map, key, value) -> {
            if (map != null) {
                map.put(key, value);
            }
        });
        return carrier.get(PARENT);
    }

    /** Handles a record as part of the trace that it was sent in. */
    public static <T extends @Nullable Object> T handling(ConsumerRecord<?, ?> message, Callable<T> work)
            throws Exception {
        Span span = tracer().spanBuilder("process " + message.topic())
                .setParent(W3CTraceContextPropagator.getInstance().extract(Context.root(), message, HEADERS))
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.destination.name", message.topic())
                .setAttribute("messaging.destination.partition.id", Integer.toString(message.partition()))
                .setAttribute("messaging.kafka.offset", message.offset())
                .startSpan();
        try (Scope scope = span.makeCurrent()) {
            return work.call();
        } catch (Exception e) {
            span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
            throw e;
        } finally {
            span.end();
        }
    }

    /** Stores an object. */
    public static boolean storing(String key, long bytes, BooleanSupplier work) {
        Span span = tracer().spanBuilder("store object")
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("aws.s3.key", key)
                .setAttribute("concordance.object.bytes", bytes)
                .startSpan();
        try (Scope scope = span.makeCurrent()) {
            return work.getAsBoolean();
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
            throw e;
        } finally {
            span.end();
        }
    }

    /** Runs tasks in the span that they were handed over in. */
    public static ExecutorService carrying(ExecutorService threads) {
        return Context.taskWrapping(threads);
    }

    private static Tracer tracer() {
        return GlobalOpenTelemetry.getTracer(SCOPE);
    }
}
