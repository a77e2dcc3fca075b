package io.concordance.monitor;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.TrustDocument;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

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
 */
public record MonitorOptions(
        String name, URI registry, String channel, TrustDocument trust, Path state, Clock clock, Duration timeout) {

    public MonitorOptions {
        if (name.isBlank()) {
            throw new FieldProblem("name", name, "a name");
        }
        if (!channel.matches("[a-z0-9][a-z0-9-]{0,62}")) {
            throw new FieldProblem("channel", channel, "lower-case letters, digits and dashes");
        }
    }

    public MonitorOptions(String name, URI registry, String channel, TrustDocument trust, Path state) {
        this(name, registry, channel, trust, state, Clock.systemUTC(), Duration.ofSeconds(10));
    }
}
