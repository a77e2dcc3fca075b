package io.concordance.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that somebody did.
 *
 * @param id counts entries from 1, without a gap
 * @param at to the millisecond
 * @param action such as {@code proposed}
 * @param subject uid of a feature, the name of a channel, or {@code incident/} and its id
 * @param before the subject as it was, null when there was none
 * @param after the subject as it then was
 * @param previous digest of the entry before, {@link AuditChain#START} for the first
 * @param digest SHA-256 of the canonical JSON (RFC 8785) of all of the above
 */
public record AuditEntry(
        long id,
        Instant at,
        String who,
        String action,
        String subject,
        String why,
        @Nullable JsonNode before,
        @Nullable JsonNode after,
        String previous,
        String digest) {}
