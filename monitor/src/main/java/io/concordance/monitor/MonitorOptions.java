package io.concordance.monitor;

import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.TrustDocument;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a monitor is set up.
 *
 * @param name how it calls itself in reports
 * @param registry base address of the registry
 * @param channel the channel it follows
 * @param trust whose signatures it believes; comes with the monitor's own deployment, never unchecked from the registry
 * @param state folder for the highest version seen, the last verified release and reports not delivered yet; kept between
 *     starts, used by one monitor only
 * @param timeout of one request
 * @param modelDigest digest of the ONNX file of the model that runs here, to refuse a release for another one; null where
 *     the deployment makes sure of that itself
 * @param token what the registry is shown; from the environment unless given
 * @param failClosed whether {@link MonitorClient#forSession} refuses a session that no release in force would watch; else
 *     it goes on
 */
public record MonitorOptions(
        String name,
        URI registry,
        String channel,
        TrustDocument trust,
        Path state,
        Clock clock,
        Duration timeout,
        @Nullable String modelDigest,
        BearerToken token,
        boolean failClosed) {

    public MonitorOptions {
        if (name.isBlank()) {
            throw new FieldProblem("name", name, "a name");
        }
        if (!channel.matches("[a-z0-9][a-z0-9-]{0,62}")) {
            throw new FieldProblem("channel", channel, "lower-case letters, digits and dashes");
        }
        if (modelDigest != null && !Digests.isDigest(modelDigest)) {
            throw new FieldProblem("modelDigest", modelDigest, "sha256: and 64 hex digits");
        }
    }

    public MonitorOptions(String name, URI registry, String channel, TrustDocument trust, Path state) {
        this(name, registry, channel, trust, state, Clock.systemUTC(), Duration.ofSeconds(10), null);
    }

    public MonitorOptions(
            String name,
            URI registry,
            String channel,
            TrustDocument trust,
            Path state,
            Clock clock,
            Duration timeout,
            @Nullable String modelDigest) {
        this(
                name,
                registry,
                channel,
                trust,
                state,
                clock,
                timeout,
                modelDigest,
                BearerToken.from(System.getenv()),
                false);
    }

    /** The same with another token or API key. */
    public MonitorOptions with(BearerToken other) {
        return new MonitorOptions(
                name, registry, channel, trust, state, clock, timeout, modelDigest, other, failClosed);
    }

    /** The same for the model whose ONNX file has this digest. */
    public MonitorOptions forModel(String digest) {
        return new MonitorOptions(name, registry, channel, trust, state, clock, timeout, digest, token, failClosed);
    }

    /** The same at another clock. */
    public MonitorOptions at(Clock other) {
        return new MonitorOptions(
                name, registry, channel, trust, state, other, timeout, modelDigest, token, failClosed);
    }

    /** The same, failing closed. */
    public MonitorOptions failingClosed() {
        return new MonitorOptions(name, registry, channel, trust, state, clock, timeout, modelDigest, token, true);
    }
}
