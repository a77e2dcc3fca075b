package io.concordance.registry.release;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A published release.
 *
 * @param version rises with every release of the registry
 * @param digest SHA-256 of its canonical manifest, also the name of its bundle
 * @param channel the channel it was published on
 * @param features uids, in the order of the bundle's tensors
 * @param supersedes digest of the release that the channel pointed to before
 */
public record Release(
        long version,
        String digest,
        String channel,
        List<String> features,
        @Nullable String supersedes,
        Instant createdAt,
        Instant expiresAt) {}
