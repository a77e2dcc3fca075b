package io.concordance.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that somebody did.
 *
 * @param action such as {@code proposed}
 * @param subject uid of a feature, or the name of a channel
 * @param before the subject as it was, null when there was none
 * @param after the subject as it then was
 */
public record AuditEntry(
        Instant at,
        String who,
        String action,
        String subject,
        String why,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {}
