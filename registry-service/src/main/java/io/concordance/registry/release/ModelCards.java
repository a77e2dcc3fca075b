package io.concordance.registry.release;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ReleaseManifest.Model;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Which files a model id stands for. Asked of capture once and kept: the id is a hash of the files' digests, so that an
 * answer can be checked and never changes.
 */
@ApplicationScoped
class ModelCards {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long MAX_ANSWER = 4L << 20;
    private static final int ID_DIGITS = 32;

    private final ModelCardRepository known;
    private final URI capture;
    private final BearerToken token;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    ModelCards(
            ModelCardRepository known,
            @ConfigProperty(name = "concordance.capture.url", defaultValue = "http://localhost:8081") URI capture,
            BearerToken token) {
        this.known = known;
        this.capture = capture;
        this.token = token;
    }

    /**
     * The model with this id.
     *
     * @throws ProblemException 422 when capture has no such model, 503 when capture cannot be asked
     */
    Model find(String id) {
        return known.find(id).orElseGet(() -> {
            Model model = ask(id);
            known.save(model);
            return model;
        });
    }

    private Model ask(String id) {
        HttpRequest request = token.sign(HttpRequest.newBuilder(capture.resolve("/v1/models/" + id)))
                .timeout(TIMEOUT)
                .build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
        } catch (IOException e) {
            throw unavailable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted");
        }
        if (response.statusCode() == 404) {
            throw ProblemException.unprocessable("capture knows no model " + id + ".");
        }
        if (response.statusCode() != 200) {
            throw unavailable("status " + response.statusCode());
        }
        return check(id, Json.read(response.body(), JsonNode.class));
    }

    private static Model check(String id, JsonNode answer) {
        Model model = new Model(
                id,
                answer.path("name").asText(),
                answer.path("onnxDigest").asText(),
                answer.path("tokenizerDigest").asText(),
                answer.path("dataDigest").asText(null),
                answer.path("tokenizerConfigDigest").asText(null));
        String files = model.onnxDigest()
                + model.tokenizerDigest()
                + Objects.requireNonNullElse(model.dataDigest(), "")
                + Objects.requireNonNullElse(model.tokenizerConfigDigest(), "");
        String expected = Digests.hex(Digests.sha256(files)).substring(0, ID_DIGITS);
        if (!expected.equals(id)) {
            throw ProblemException.unprocessable("capture gave files for model " + id + " that make another id.");
        }
        return model;
    }

    private static ProblemException unavailable(String why) {
        return new ProblemException(
                503,
                "urn:concordance:problem:peer-unavailable",
                "Peer unavailable",
                "capture cannot be asked which files the model is made of: " + why + ".");
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
