package io.concordance.contracts.release;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Working memory that calls take and give back, so that none of them has to make its own. Usable from any thread. */
final class Scratches<T> {
    private static final int KEPT = 2 * Runtime.getRuntime().availableProcessors();

    private final AtomicReferenceArray<@Nullable T> idle = new AtomicReferenceArray<>(KEPT);
    private final Supplier<T> maker;

    Scratches(Supplier<T> maker) {
        this.maker = maker;
    }

    T take() {
        for (int i = 0; i < KEPT; i++) {
            if (idle.getPlain(i) != null) {
                T found = idle.getAndSet(i, null);
                if (found != null) {
                    return found;
                }
            }
        }
        return maker.get();
    }

    /** Keeps it for the next call, or drops it where enough are kept. */
    void give(T scratch) {
        for (int i = 0; i < KEPT; i++) {
            if (idle.getPlain(i) == null && idle.compareAndSet(i, null, scratch)) {
                return;
            }
        }
    }
}
