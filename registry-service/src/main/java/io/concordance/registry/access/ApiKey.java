package io.concordance.registry.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key that a monitor shows instead of a token. What is kept of its secret is a digest.
 *
 * @param prefix tells it from others, and is its beginning
 * @param name of the monitor that it was made for
 * @param revokedAt null while it is taken
 */
record ApiKey(
        String prefix,
        String name,
        String createdBy,
        Instant createdAt,
        @Nullable String revokedBy,
        @Nullable Instant revokedAt) {

    /** A key as whoever had it made sees it, this once. */
    record Made(ApiKey key, String secret) {}
}
