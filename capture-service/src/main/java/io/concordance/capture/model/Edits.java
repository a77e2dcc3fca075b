package io.concordance.capture.model;

import java.util.List;

/**
 * The changes of one run. Slots without one change nothing.
 *
 * @param placed at most one for each slot
 */
public record Edits(List<Placed> placed) {
    /** The unmodified model. */
    public static final Edits NONE = new Edits(List.of());

    /**
     * A change in a slot.
     *
     * @param site index of the site that the model was opened with
     * @param slot index of the slot; lower ones come first
     * @param mask 1 where the change is made, {@code [rows, length]} of the batch
     */
    @SuppressWarnings("ArrayRecordComponent") // read by one run, never compared
    public record Placed(int site, int slot, Edit edit, byte[] mask) {}

    public Edits {
        placed = List.copyOf(placed);
    }
}
