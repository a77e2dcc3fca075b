package io.concordance.cli.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.concordance.cli.CommandFailure;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One service over REST. While it is down or restarting, calls wait and try again, up to a minute; what starts work
 * carries a key, so that trying again starts it once. Whatever is refused becomes a {@link CommandFailure} of one line.
 */
public final class Api {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String name;
    private final URI base;
    private final Duration patience;
    private final BearerToken token = BearerToken.from(System.getenv());
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /** @param name how errors call the service */
    public Api(String name, URI base) {
        this(name, base, PATIENCE);
    }

    Api(String name, URI base, Duration patience) {
        this.name = name;
        this.base = base.toString().endsWith("/") ? base : URI.create(base + "/");
        this.patience = patience;
    }

    /** The address of a path such as {@code v1/studies}. */
    public URI address(String path) {
        return base.resolve(path);
    }

    public JsonNode get(String path) {
        return json(send(() -> request(path).GET().build()));
    }

    public JsonNode delete(String path) {
        return json(send(() -> request(path).DELETE().build()));
    }

    /** Posts JSON under a fresh idempotency key. */
    public JsonNode post(String path, Object body) {
        byte[] json = Json.bytes(body);
        String key = UUID.randomUUID().toString();
        return json(send(() -> request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofByteArray(json))
                .build()));
    }

    /** Posts a body that can be sent again; meant for uploads that are named by their content. */
    public JsonNode upload(String path, String contentType, Supplier<BodyPublisher> body) {
        return json(send(() -> request(path)
                .header("Content-Type", contentType)
                .POST(body.get())
                .build()));
    }

    /** Downloads to a file, which is there only if all of it came. */
    public void download(String path, Path file) {
        HttpRequest request = token.sign(HttpRequest.newBuilder(address(path)))
                .timeout(ANSWER)
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw refusal(response.statusCode(), body.readAllBytes());
                }
                Path part = file.resolveSibling(file.getFileName() + ".part");
                Files.copy(body, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new CommandFailure(file + " could not be downloaded from " + name + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return token.sign(HttpRequest.newBuilder(address(path)).timeout(ANSWER).header("Accept", "application/json"));
    }

    private byte[] send(Supplier<HttpRequest> request) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean last = System.nanoTime() > deadline;
            try {
                HttpResponse<byte[]> response = http.send(request.get(), BodyHandlers.ofByteArray());
                int status = response.statusCode();
                if (status >= 200 && status < 300) {
                    return response.body();
                }
                if (last || !passes(response)) {
                    throw refusal(status, response.body());
                }
            } catch (IOException e) {
                if (last) {
                    throw unreachable(e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            pause();
        }
    }

    private static boolean passes(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        return status == 502
                || status == 503
                || status == 504
                || status == 409
                        && problem(response.body()).path("type").asText().endsWith("request-in-flight");
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private CommandFailure refusal(int status, byte[] body) {
        JsonNode problem = problem(body);
        String detail = problem.path("detail").asText(problem.path("title").asText(""));
        String line = detail.isBlank() ? name + " answered " + status : detail;
        return new CommandFailure(line.replaceAll("\\s*\\R\\s*", " "));
    }

    private CommandFailure unreachable(IOException e) {
        return new CommandFailure(name + " does not answer at " + base, e);
    }

    private CommandFailure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CommandFailure("interrupted while waiting for " + name, e);
    }

    private static JsonNode problem(byte[] body) {
        try {
            return Json.mapper().readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private JsonNode json(byte[] body) {
        try {
            return Json.mapper().readTree(body);
        } catch (IOException e) {
            throw new CommandFailure(name + " answered something that is not JSON", e);
        }
    }
}
