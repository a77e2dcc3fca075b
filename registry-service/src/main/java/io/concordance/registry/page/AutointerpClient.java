package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks autointerp for what the feature's page shows of its activations. */
@ApplicationScoped
class AutointerpClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final long MAX_ANSWER = 16L << 20;
    private static final byte[] NOTHING = {'{', '}'};

    private final URI autointerp;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    AutointerpClient(
            @ConfigProperty(name = "concordance.autointerp.url", defaultValue = "http://localhost:8083")
                    URI autointerp) {
        this.autointerp = autointerp;
    }

    /** What came of asking. */
    sealed interface Answer {
        record Seen(ActivationReport report, FeatureInsight insight) implements Answer {}

        /** No examples, and why, in words for the page. */
        record Absent(String why) implements Answer {}
    }

    Answer feature(String uid) {
        String path = "/v1/features/" + URLEncoder.encode(uid, StandardCharsets.UTF_8);
        try {
            HttpResponse<byte[]> response = get(path);
            if (response.statusCode() == 404) {
                return new Answer.Absent("The autointerp service has not analysed this feature yet.");
            }
            if (response.statusCode() != 200) {
                return new Answer.Absent("The autointerp service answered with status " + response.statusCode() + ".");
            }
            JsonNode report = Json.read(response.body(), JsonNode.class);
            HttpResponse<byte[]> asked = get(path + "/explanations");
            JsonNode explanations = Json.read(asked.statusCode() == 200 ? asked.body() : NOTHING, JsonNode.class);
            return new Answer.Seen(ActivationReport.of(report), FeatureInsight.of(report, explanations));
        } catch (IOException | IllegalArgumentException e) {
            return new Answer.Absent("The autointerp service cannot be reached: examples and densities are missing.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Absent("The request was interrupted.");
        }
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(autointerp.resolve(path))
                .timeout(TIMEOUT)
                .build();
        return http.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
