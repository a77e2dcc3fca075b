package io.concordance.bench.pages;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A headless Chromium, where one is installed, that says when a page first shows something (DevTools protocol). */
final class FirstPaint implements AutoCloseable {
    private static final List<String> USUAL =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    private static final String LOOK = "document.readyState === 'complete' && location.protocol === 'http:'"
            + " ? Math.max(0, ...performance.getEntriesByType('paint').map(p => p.startTime)) : 0";
    private static final int SECONDS = 20;

    private final Process process;
    private final HttpClient http;
    private final URI address;

    private FirstPaint(Process process, HttpClient http, URI address) {
        this.process = process;
        this.http = http;
        this.address = address;
    }

    /** Empty where no Chromium is installed; {@code -Dconcordance.chromium=PATH} names one. */
    static Optional<FirstPaint> start(HttpClient http, Path work) throws IOException, InterruptedException {
        Optional<Path> binary = Stream.concat(
                        Optional.ofNullable(System.getProperty("concordance.chromium")).stream(), USUAL.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (binary.isEmpty()) {
            return Optional.empty();
        }
        Path profile = work.resolve("chromium");
        Process process = new ProcessBuilder(
                        binary.get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("chromium.out").toFile())
                .start();
        Path port = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!Files.exists(port) || Files.readAllLines(port).isEmpty()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException("Chromium does not start: " + Files.readString(work.resolve("chromium.out")));
            }
            Thread.sleep(20);
        }
        URI address = URI.create("http://127.0.0.1:" + Files.readAllLines(port).getFirst());
        return Optional.of(new FirstPaint(process, http, address));
    }

    /** Milliseconds from the request for a page to the first thing shown of it, in a tab of its own. */
    double millis(URI page) throws IOException, InterruptedException {
        JsonNode tab = Json.read(
                http.send(
                                HttpRequest.newBuilder(address.resolve("/json/new?"
                                                + URLEncoder.encode(page.toString(), StandardCharsets.UTF_8)))
                                        .PUT(BodyPublishers.noBody())
                                        .build(),
                                BodyHandlers.ofByteArray())
                        .body(),
                JsonNode.class);
        Answers answers = new Answers();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(tab.path("webSocketDebuggerUrl").asText()), answers)
                .join();
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            for (int id = 1; System.nanoTime() < end; id++) {
                Map<String, Object> look =
                        Map.of("id", id, "method", "Runtime.evaluate", "params", Map.of("expression", LOOK));
                socket.sendText(new String(Json.bytes(look), StandardCharsets.UTF_8), true)
                        .join();
                double shown = answers.next()
                        .path("result")
                        .path("result")
                        .path("value")
                        .asDouble();
                if (shown > 0) {
                    return shown;
                }
                Thread.sleep(20);
            }
            throw new IOException(page + " shows nothing within " + SECONDS + " s");
        } finally {
            socket.abort();
            http.send(
                    HttpRequest.newBuilder(address.resolve(
                                    "/json/close/" + tab.path("id").asText()))
                            .build(),
                    BodyHandlers.discarding());
        }
    }

    /** Whole messages, as they come. */
    private static final class Answers implements WebSocket.Listener {
        private final BlockingQueue<String> whole = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                whole.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        JsonNode next() throws IOException, InterruptedException {
            String message = whole.poll(SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new IOException("Chromium does not answer");
            }
            return Json.read(message.getBytes(StandardCharsets.UTF_8), JsonNode.class);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
