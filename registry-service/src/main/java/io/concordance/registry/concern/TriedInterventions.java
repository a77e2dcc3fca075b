package io.concordance.registry.concern;

import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.registry.peer.Peer;
import io.concordance.registry.peer.PeerRefusal;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Trials that autointerp made. */
@ApplicationScoped
class TriedInterventions implements Interventions {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final String FIELD = "intervention";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final Peer autointerp;

    TriedInterventions(
            @ConfigProperty(name = "concordance.autointerp.url", defaultValue = "http://localhost:8083")
                    String autointerp,
            BearerToken token) {
        this.autointerp = new Peer("autointerp", autointerp, http, token);
    }

    /** An answer to {@code GET /v1/inference-time-interventions/{id}}. */
    record Trial(String state, @Nullable Queue reading) {}

    record Queue(String judging, List<String> arms, int items) {}

    @Override
    public List<Requirement> readings(String id) {
        try {
            String path = "v1/inference-time-interventions/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
            return readings(id, autointerp.get(path, Trial.class));
        } catch (PeerRefusal e) {
            throw new FieldProblem(FIELD, id, "the id of an inference-time intervention that has completed");
        }
    }

    static List<Requirement> readings(String id, Trial trial) {
        Queue reading = trial.reading();
        if (reading == null) {
            throw new FieldProblem(
                    FIELD, id + ", " + trial.state(), "an inference-time intervention that has completed");
        }
        return reading.arms().stream()
                .map(arm -> new Requirement(reading.judging(), arm, reading.items(), null))
                .toList();
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
