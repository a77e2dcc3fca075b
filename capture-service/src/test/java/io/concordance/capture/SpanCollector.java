package io.concordance.capture;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A collector of traces on loopback that speaks OTLP over HTTP (opentelemetry-proto, trace/v1/trace.proto; the numbers below
 * are its field numbers).
 */
final class SpanCollector implements AutoCloseable {
    private static final int RESOURCE_SPANS = 1;
    private static final int SCOPE_SPANS = 2;
    private static final int SPANS = 2;
    private static final int TRACE_ID = 1;
    private static final int NAME = 5;
    private static final int ATTRIBUTES = 9;
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int STRING_VALUE = 1;

    private final Queue<Span> spans = new ConcurrentLinkedQueue<>();
    private final HttpServer server;

    private record Span(String trace, String name) {}

    private SpanCollector(HttpServer server) {
        this.server = server;
    }

    static SpanCollector start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SpanCollector collector = new SpanCollector(server);
        server.createContext("/v1/traces", exchange -> {
            collector.take(UnknownFieldSet.parseFrom(exchange.getRequestBody().readAllBytes()));
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return collector;
    }

    Map<String, String> settings() {
        return Map.of(
                "CONCORDANCE_TRACING_ENDPOINT",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL",
                "http/protobuf",
                "QUARKUS_OTEL_BSP_SCHEDULE_DELAY",
                "200ms");
    }

    private void take(UnknownFieldSet request) throws IOException {
        for (UnknownFieldSet resource : messages(request, RESOURCE_SPANS)) {
            for (UnknownFieldSet scope : messages(resource, SCOPE_SPANS)) {
                for (UnknownFieldSet span : messages(scope, SPANS)) {
                    String trace =
                            HexFormat.of().formatHex(first(span, TRACE_ID).toByteArray());
                    spans.add(new Span(trace, first(span, NAME).toStringUtf8() + key(span)));
                }
            }
        }
    }

    private static String key(UnknownFieldSet span) throws IOException {
        for (UnknownFieldSet attribute : messages(span, ATTRIBUTES)) {
            if (first(attribute, KEY).toStringUtf8().equals("aws.s3.key")) {
                UnknownFieldSet value = UnknownFieldSet.parseFrom(first(attribute, VALUE));
                return " " + first(value, STRING_VALUE).toStringUtf8();
            }
        }
        return "";
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet message, int field) throws IOException {
        List<UnknownFieldSet> messages = new ArrayList<>();
        for (ByteString bytes : message.getField(field).getLengthDelimitedList()) {
            messages.add(UnknownFieldSet.parseFrom(bytes));
        }
        return messages;
    }

    private static ByteString first(UnknownFieldSet message, int field) {
        return message.getField(field).getLengthDelimitedList().getFirst();
    }

    /** Names of the spans that share the newest trace with a span of this name, with the keys of what they store. */
    List<String> trace(String name) {
        String trace = spans.stream()
                .filter(span -> span.name.equals(name))
                .map(Span::trace)
                .reduce("", (earlier, later) -> later);
        return spans.stream()
                .filter(span -> span.trace.equals(trace))
                .map(Span::name)
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
