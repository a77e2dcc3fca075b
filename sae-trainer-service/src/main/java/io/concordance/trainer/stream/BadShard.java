package io.concordance.trainer.stream;

import io.concordance.contracts.event.ObjectRef;
import java.util.Locale;

/** A shard cannot be what was announced. It will not become better, so a run leaves it out and goes on. */
public final class BadShard extends RuntimeException {
    private final ObjectRef object;
    private final Reason reason;

    /** What is wrong. */
    public enum Reason {
        /** The object holds other bytes than announced. */
        DIGEST,
        /** There is no object. */
        MISSING,
        /** It is no shard, or another one than was announced. */
        HEADER,
        /** Its rows have another width than the run's. */
        WIDTH,
        /** It holds NaN or infinite activations. */
        NOT_FINITE;

        /** Name in events and tables. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public BadShard(ObjectRef object, Reason reason, String problem) {
        super(problem);
        this.object = object;
        this.reason = reason;
    }

    public ObjectRef object() {
        return object;
    }

    public Reason reason() {
        return reason;
    }

    /** The reason in words. */
    public String problem() {
        return String.valueOf(getMessage());
    }
}
