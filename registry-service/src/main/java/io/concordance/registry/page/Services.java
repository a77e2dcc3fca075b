package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.json.Json;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.problem.ProblemTypes;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other services for what pages show, all at once, so that a page waits for the slowest one and never longer than
 * 3 seconds. None of them has to be there: what could not be had is said.
 */
@ApplicationScoped
class Services {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final long MAX_ANSWER = 16L << 20;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int ERRORS = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    enum Service {
        CAPTURE("capture"),
        TRAINER("trainer"),
        AUTOINTERP("autointerp"),
        REGISTRY("registry");

        private final String title;

        Service(String title) {
            this.title = title;
        }
    }

    private final Map<Service, URI> addresses;
    private final BearerToken token;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    Services(
            @ConfigProperty(name = "concordance.capture.url", defaultValue = "http://localhost:8081") URI capture,
            @ConfigProperty(name = "concordance.trainer.url", defaultValue = "http://localhost:8082") URI trainer,
            @ConfigProperty(name = "concordance.autointerp.url", defaultValue = "http://localhost:8083") URI autointerp,
            @ConfigProperty(name = "concordance.registry.url") URI registry,
            BearerToken token) {
        this.token = token;
        this.addresses = Map.of(
                Service.CAPTURE, capture,
                Service.TRAINER, trainer,
                Service.AUTOINTERP, autointerp,
                Service.REGISTRY, registry);
    }

    /** What a service has at a path; completes, and never exceptionally. */
    CompletableFuture<Answer> ask(Service service, String path) {
        return send(service, path, null, token);
    }

    /** The same for a person, with that person's credential where there is one. */
    CompletableFuture<Answer> ask(Service service, String path, @Nullable String authorization) {
        return send(service, path, null, of(authorization));
    }

    /** What a service says to a body from a person. */
    CompletableFuture<Answer> tell(Service service, String path, Object body, @Nullable String authorization) {
        return send(service, path, Json.bytes(body), of(authorization));
    }

    private BearerToken of(@Nullable String authorization) {
        return authorization == null ? token : BearerToken.of(authorization.substring(authorization.indexOf(' ') + 1));
    }

    /**
     * A file that a service has, as it comes; the caller closes its body.
     *
     * @throws ProblemException with the service's status where it has none, 503 where it cannot be reached
     */
    InputStream open(Service service, String path) {
        HttpRequest request = token.sign(HttpRequest.newBuilder(address(service, path)))
                .timeout(TIMEOUT)
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() == OK) {
                return response.body();
            }
            response.body().close();
            throw response.statusCode() == NOT_FOUND
                    ? ProblemException.notFound("file", path)
                    : ProblemException.conflict("The " + service.title + " service has no such file yet.");
        } catch (IOException e) {
            throw unreachable(service);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(service);
        }
    }

    private URI address(Service service, String path) {
        return Objects.requireNonNull(addresses.get(service)).resolve(path);
    }

    private static ProblemException unreachable(Service service) {
        return new ProblemException(
                UNAVAILABLE, ProblemTypes.HTTP, "Unavailable", "The " + service.title + " service cannot be reached.");
    }

    private CompletableFuture<Answer> send(Service service, String path, byte @Nullable [] body, BearerToken shown) {
        HttpRequest.Builder request =
                shown.sign(HttpRequest.newBuilder(address(service, path))).timeout(TIMEOUT);
        if (body != null) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(body));
        }
        return http.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER))
                .handle((response, failure) -> failure == null && response != null
                        ? read(service, response)
                        : Answer.none(
                                "The " + service.title + " service cannot be reached: what it knows is missing here."));
    }

    private static Answer read(Service service, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status == NO_CONTENT) {
            return Answer.unknown("The " + service.title + " service has nothing more.");
        }
        if (status == NOT_FOUND) {
            return Answer.unknown("The " + service.title + " service does not know of it.");
        }
        try {
            JsonNode json = Json.read(response.body(), JsonNode.class);
            if (status >= OK && status < ERRORS) {
                return Answer.of(json);
            }
            String detail = json.path("detail").asText("");
            return Answer.none("The " + service.title + " service answered with status " + status + "."
                    + (detail.isEmpty() ? "" : " " + detail));
        } catch (RuntimeException e) {
            return Answer.none("The " + service.title + " service answered with status " + status + ".");
        }
    }

    /** A part of a path, whatever it holds. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
