package io.concordance.registry.incident;

import io.concordance.contracts.access.BearerToken;
import io.concordance.registry.peer.Peer;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.http.HttpClient;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Capture over REST. */
@ApplicationScoped
class CapturePeer implements Capture {
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final Peer capture;

    CapturePeer(
            @ConfigProperty(name = "concordance.capture.url", defaultValue = "http://localhost:8081") String capture,
            BearerToken token) {
        this.capture = new Peer("capture", capture, http, token);
    }

    @Override
    public Uploaded upload(byte[] lines) {
        return capture.upload("v1/transcripts", lines, Uploaded.class);
    }

    @Override
    public Job submit(Order order, String idempotencyKey) {
        return capture.post("v1/capture-jobs", idempotencyKey, order, Job.class);
    }

    @Override
    public Job job(String id) {
        return capture.get("v1/capture-jobs/" + id, Job.class);
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
