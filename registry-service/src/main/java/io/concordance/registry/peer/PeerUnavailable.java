package io.concordance.registry.peer;

import org.jspecify.annotations.Nullable;

/** A service does not answer, or not yet as it should: ask again later. */
public final class PeerUnavailable extends RuntimeException {
    public PeerUnavailable(String service, String what, @Nullable Throwable cause) {
        super(service + ": " + what, cause);
    }
}
