package io.concordance.registry.concern;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One reviewer's verdict on the open proposal of a feature.
 *
 * @param at when it was given; null in a request, which cannot say
 */
public record Review(
        String by, Verdict verdict, String reason, @Nullable Instant at) {

    /** The same by somebody. */
    Review by(String name) {
        return new Review(name, verdict, reason, at);
    }

    public Review(String by, Verdict verdict, String reason) {
        this(by, verdict, reason, null);
    }
}
