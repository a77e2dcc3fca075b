package io.concordance.registry.concern;

import io.concordance.contracts.access.BearerToken;
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

/** Readings of autointerp's blind queues. */
@ApplicationScoped
class JudgedReadings implements Readings {
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final Peer autointerp;

    JudgedReadings(
            @ConfigProperty(name = "concordance.autointerp.url", defaultValue = "http://localhost:8083")
                    String autointerp,
            BearerToken token) {
        this.autointerp = new Peer("autointerp", autointerp, http, token);
    }

    /** An answer to {@code GET /v1/judgings/{id}/rates}. */
    record Listing(List<Arm> items) {}

    record Arm(String arm, int items, People people, List<Judge> judges) {}

    record People(int labelled) {}

    record Judge(
            String judge,
            List<Reading.Rate> rates,
            @Nullable String missing) {}

    @Override
    public List<Reading> of(List<Requirement> requirements) {
        return requirements.stream().map(this::of).toList();
    }

    private Reading of(Requirement requirement) {
        try {
            String id = URLEncoder.encode(requirement.judging(), StandardCharsets.UTF_8);
            return of(requirement, autointerp.get("v1/judgings/" + id + "/rates", Listing.class));
        } catch (PeerRefusal e) {
            return Reading.missing(requirement, "judging " + requirement.judging() + ": " + e.getMessage());
        }
    }

    static Reading of(Requirement requirement, Listing listing) {
        Arm arm = listing.items().stream()
                .filter(each -> each.arm().equals(requirement.arm()))
                .findFirst()
                .orElse(null);
        if (arm == null) {
            return Reading.missing(
                    requirement, "judging " + requirement.judging() + " has no arm " + requirement.arm());
        }
        Judge judge = arm.judges().stream()
                .filter(each -> each.judge().equals(requirement.judge()))
                .findFirst()
                .orElse(null);
        return Reading.of(
                requirement,
                arm.people().labelled(),
                arm.items(),
                judge == null ? List.of() : judge.rates(),
                judge == null ? null : judge.missing());
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
