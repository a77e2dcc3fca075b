package io.concordance.capture.intervention;

import io.concordance.capture.model.Edit;
import io.concordance.capture.model.Edits;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.capture.model.graph.EditSite;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An arm's interventions with their weights, ready for any batch. Thread-safe.
 *
 * @param sites what a model must be opened with
 * @param bound in the arm's order
 * @param provenance canonical JSON of what is done, for the header of shards; null when nothing is
 */
public record ArmEdits(
        List<EditSite> sites, List<Bound> bound, @Nullable String provenance) {
    /** The unmodified model. */
    public static final ArmEdits NONE = new ArmEdits(List.of(), List.of(), null);

    /** An intervention in its slot. */
    public record Bound(int site, int slot, Edit edit, Positions positions) {}

    /**
     * A row of a batch: tokens of a document from one position on.
     *
     * @param document tokens of the whole document
     * @param firstOutput first position of an output span in it; {@code document} when there is none
     * @param from position of the row's first token
     */
    public record Row(int document, int firstOutput, int from) {
        public static Row whole(TokenizedDocument document) {
            return new Row(document.length(), Positions.firstOutput(document.spans()), 0);
        }
    }

    public ArmEdits {
        sites = List.copyOf(sites);
        bound = List.copyOf(bound);
    }

    public boolean isEmpty() {
        return bound.isEmpty();
    }

    /** The edits of a batch with these rows. */
    public Edits of(TokenBatch batch, List<Row> rows) {
        return new Edits(bound.stream()
                .map(b -> new Edits.Placed(b.site, b.slot, b.edit, mask(b.positions, batch, rows)))
                .toList());
    }

    /** Zeroes in place of the arm's edits: same hooks, same positions. */
    public Edits zeroed(TokenBatch batch, List<Row> rows) {
        List<Edits.Placed> placed = new ArrayList<>();
        for (int site = 0; site < sites.size(); site++) {
            byte[] mask = new byte[batch.ids().length];
            boolean touched = false;
            for (Bound b : bound) {
                if (b.site == site) {
                    touched = true;
                    mark(mask, b.positions, batch, rows);
                }
            }
            if (touched) {
                placed.add(new Edits.Placed(site, 0, Edit.zero(sites.get(site).width()), mask));
            }
        }
        return new Edits(placed);
    }

    private static byte[] mask(Positions positions, TokenBatch batch, List<Row> rows) {
        byte[] mask = new byte[batch.ids().length];
        mark(mask, positions, batch, rows);
        return mask;
    }

    private static void mark(byte[] mask, Positions positions, TokenBatch batch, List<Row> rows) {
        for (int r = 0; r < batch.rows(); r++) {
            Row row = rows.get(r);
            byte[] document = new byte[row.document];
            positions.mark(document, row.firstOutput);
            for (int i = 0; i < batch.lengths()[r]; i++) {
                mask[r * batch.length() + i] |= document[row.from + i];
            }
        }
    }
}
