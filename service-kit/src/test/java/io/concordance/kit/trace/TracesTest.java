package io.concordance.kit.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TracesTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    private static Span span() {
        return Span.wrap(
                SpanContext.create(TRACE, "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault()));
    }

    @Test
    void outsideOfATraceThereIsNoParent() {
        assertThat(Traces.parent()).isNull();
    }

    @Test
    void theParentIsTheCurrentSpanInTheWordsOfTheStandard() {
        try (Scope scope = span().makeCurrent()) {
            assertThat(Traces.parent()).isEqualTo(PARENT);
        }
    }

    @Test
    void aRecordIsHandledInTheTraceThatItWasSentIn() throws Exception {
        ConsumerRecord<String, byte[]> message = new ConsumerRecord<>("topic", 0, 7, "key", new byte[0]);
        message.headers().add("traceparent", PARENT.getBytes(StandardCharsets.UTF_8));

        assertThat(Traces.handling(
                        message, () -> Span.current().getSpanContext().getTraceId()))
                .isEqualTo(TRACE);
    }

    @Test
    void whatIsHandedToOtherThreadsStaysInItsTrace() throws Exception {
        try (ExecutorService threads = Traces.carrying(Executors.newSingleThreadExecutor());
                Scope scope = span().makeCurrent()) {
            assertThat(threads.submit(Traces::parent).get()).isEqualTo(PARENT);
        }
    }
}
