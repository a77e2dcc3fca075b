package io.concordance.registry.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the webhook, {@code concordance.webhook.*}. */
@ConfigMapping(prefix = "concordance.webhook")
interface WebhookSettings {

    /** Where events are posted; nowhere when it is not set. */
    Optional<URI> url();

    /** What they are signed with: 32 characters or more, the same on the other side. */
    Optional<String> secret();

    /** Hosts, as {@code host} or {@code host:port}, that may have a private address and be spoken to without TLS. */
    Optional<List<String>> allowedHosts();

    /** Wait after the first failure; it doubles with every further one. */
    @WithDefault("1s")
    Duration firstWait();

    @WithDefault("1h")
    Duration longestWait();

    /** Age at which an event that was never taken is given up. */
    @WithDefault("24h")
    Duration patience();
}
