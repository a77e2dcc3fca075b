package io.concordance.interp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A {@link ChatServerMain} in a process of its own, which can be killed and started again at the same place. */
public final class ChatServer implements AutoCloseable {
    private Process process;
    private int port;

    public ChatServer() throws IOException {
        start();
    }

    public void start() throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChatServerMain.class.getName(),
                        Integer.toString(port)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null || !line.startsWith("PORT ")) {
            throw new IOException("the server said: " + line);
        }
        port = Integer.parseInt(line.substring("PORT ".length()));
    }

    public int port() {
        return port;
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    public ChatServer be(String mode) throws IOException {
        get("/mode/" + mode);
        return this;
    }

    public int requests() throws IOException {
        return get("/stats").path("requests").asInt();
    }

    public JsonNode stats() throws IOException {
        return get("/stats");
    }

    private JsonNode get(String path) throws IOException {
        try (InputStream in =
                URI.create("http://127.0.0.1:" + port + path).toURL().openStream()) {
            return Json.read(in.readAllBytes(), JsonNode.class);
        }
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
