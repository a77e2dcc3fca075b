package io.concordance.registry.concern;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What this registry asks of every concern, {@code concordance.concern.*}. */
@ConfigMapping(prefix = "concordance.concern")
interface ConcernSettings {

    /** Fewest items that people must have read, in all readings that a proposal names, before it is approved. */
    LeastRead leastRead();

    /** By level. */
    interface LeastRead {
        /** Fewest items that people must have read before level high comes into force. */
        @WithDefault("0")
        int high();

        /** The same for level medium. */
        @WithDefault("0")
        int medium();

        /** The same for level low. */
        @WithDefault("0")
        int low();
    }
}
