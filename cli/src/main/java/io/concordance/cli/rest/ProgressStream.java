package io.concordance.cli.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream of server-sent events to its end. Every event carries the whole value, so a dropped connection or a
 * restarted service costs nothing but a new connection.
 */
public final class ProgressStream {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final URI address;
    private final Duration patience;
    private final BearerToken token = BearerToken.from(System.getenv());
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private @Nullable String lastEventId;

    public ProgressStream(URI address) {
        this(address, PATIENCE);
    }

    /** @param patience how long the service may stay away before it is given up */
    ProgressStream(URI address, Duration patience) {
        this.address = address;
        this.patience = patience;
    }

    /**
     * Hands every value to {@code each}, until one for which {@code ended} holds.
     *
     * @return the last value
     * @throws CommandFailure if the service refuses, or stays away for longer than its patience
     */
    public JsonNode follow(Consumer<JsonNode> each, Predicate<JsonNode> ended) {
        long heard = System.nanoTime();
        while (true) {
            IOException broken = null;
            try {
                HttpResponse<InputStream> response = http.send(request(), BodyHandlers.ofInputStream());
                int status = response.statusCode();
                try (InputStream body = response.body()) {
                    if (status == 200) {
                        JsonNode last = read(body, each, ended);
                        if (last != null) {
                            return last;
                        }
                        heard = System.nanoTime();
                    } else if (status < 500) {
                        throw new CommandFailure(address + " answered " + status);
                    }
                }
            } catch (IOException e) {
                broken = e;
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            if (System.nanoTime() - heard > patience.toNanos()) {
                throw new CommandFailure(address + " does not answer", broken);
            }
            pause();
        }
    }

    private HttpRequest request() {
        HttpRequest.Builder request = token.sign(HttpRequest.newBuilder(address).header("Accept", "text/event-stream"));
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return request.GET().build();
    }

    /** Reads events until the stream breaks off (null) or the end value came. */
    private @Nullable JsonNode read(InputStream body, Consumer<JsonNode> each, Predicate<JsonNode> ended) {
        StringBuilder data = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    lastEventId = line.substring("id:".length()).strip();
                } else if (line.startsWith("data:")) {
                    data.append(line.substring("data:".length()).strip());
                } else if (line.isEmpty() && !data.isEmpty()) {
                    JsonNode value = Json.mapper().readTree(data.toString());
                    data.setLength(0);
                    each.accept(value);
                    if (ended.test(value)) {
                        return value;
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw new CommandFailure(address + " sent something that is not JSON", e);
        } catch (IOException e) {
            return null;
        }
        return null;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static CommandFailure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CommandFailure("interrupted", e);
    }
}
