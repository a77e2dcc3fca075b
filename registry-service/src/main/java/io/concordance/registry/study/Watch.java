package io.concordance.registry.study;

import io.concordance.monitor.Hit;
import java.util.List;
import java.util.UUID;

/** A monitor armed with a release, as a study uses one. */
interface Watch {

    /** Digest of the release. */
    String digest();

    /**
     * Evaluates one session, {@code [tokens, d]} row-major; empty when no rule fired.
     *
     * @param firstOutput index of the first token that the model wrote, {@code tokens} when it wrote none
     */
    List<Hit> evaluate(float[] activations, int tokens, int firstOutput);

    /** How a study gets its watch. */
    @FunctionalInterface
    interface Source {

        /**
         * A monitor armed with a release that it pulled from the channel and verified.
         *
         * @throws io.concordance.registry.peer.PeerUnavailable to be tried again
         * @throws StudyFailure if it refuses the release, or the channel has moved on to another
         */
        Watch arm(UUID study, String release);
    }
}
