package io.concordance.contracts.release;

/** A release or channel pointer that must not be used, and why. */
public final class Refusal extends RuntimeException {
    private final Reason reason;

    /** What was wrong. */
    public enum Reason {
        /** Not readable as what it should be, or parts contradict each other. */
        FORMAT,
        /** Fewer good signatures than the role needs. */
        SIGNATURE,
        /** Past its expiry. */
        EXPIRED,
        /** Issued in this machine's future, so that one of the two clocks is wrong. */
        CLOCK,
        /** For another channel than the one followed. */
        CHANNEL,
        /** For another model than the one that runs here. */
        MODEL,
        /** Bytes do not have the digest they are named by. */
        DIGEST,
        /** An older release than one seen before, or another of the same version. */
        ROLLBACK,
        /** A channel pointer issued before one that was seen already. */
        REPLAY,
        /** The golden vectors came out differently here. */
        GOLDEN,
        /** Nothing is armed, where a session may not go unwatched. */
        UNARMED
    }

    public Refusal(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
