package io.concordance.interp.shift;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.interp.encode.Encoding;
import io.concordance.interp.encode.Encodings;
import io.concordance.interp.position.ShiftFinding;
import io.concordance.interp.position.Shifts;
import io.concordance.interp.shift.ShiftPlan.Cell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the captured windows of a plan through the dictionary. Not thread-safe. */
final class ShiftReadings {
    private static final int BLOCK = 192;

    private final ShiftPlan plan;
    private final Dictionary dictionary;
    private final Encoding encoding;
    private final float[] block;
    private final Map<String, Cell> byId = new HashMap<>();
    private final Map<Cell, Double> values = new HashMap<>();

    ShiftReadings(ShiftPlan plan, Dictionary dictionary) {
        this.plan = plan;
        this.dictionary = dictionary;
        this.encoding = Encodings.of(dictionary).get();
        this.block = new float[BLOCK * dictionary.width()];
        plan.cells().forEach(cell -> byId.put(cell.id(), cell));
    }

    /** @throws FieldProblem when the file is no shard of this plan */
    void read(Path file) {
        try (Shard shard = Shard.open(file)) {
            if (shard.width() != dictionary.width()) {
                throw new FieldProblem("width", shard.width(), Integer.toString(dictionary.width()));
            }
            @Nullable Cell[] cells = cells(shard);
            for (int from = 0; from < shard.rows(); from += BLOCK) {
                int first = from;
                int count = Math.min(BLOCK, shard.rows() - from);
                shard.activations(from, count, block, 0);
                dictionary.input().ofActivations(block, shard.positions(), from, count);
                for (int r = 0; r < count; r++) {
                    Cell cell = cells[from + r];
                    if (cell != null) {
                        values.put(cell, 0d);
                    }
                }
                encoding.encode(block, count, (row, feature, value) -> {
                    Cell cell = cells[first + row];
                    if (cell != null && plan.targets().get(cell.target()).feature() == feature) {
                        values.put(cell, (double) value);
                    }
                });
            }
        }
    }

    /** Which cell each row is the last token of; none for a document that does not hold its window where it belongs. */
    private @Nullable Cell[] cells(Shard shard) {
        @Nullable Cell[] cells = new Cell[shard.rows()];
        int[] documents = shard.documents();
        int[] tokens = shard.tokens();
        for (int from = 0; from < documents.length; ) {
            int to = from + 1;
            while (to < documents.length && documents[to] == documents[from]) {
                to++;
            }
            Cell cell = byId.get(shard.documentIds().get(documents[from]));
            if (cell == null) {
                throw new FieldProblem("document", shard.documentIds().get(documents[from]), "a window of the plan");
            }
            int end = end(tokens, from, to, plan.window(cell));
            if (end >= 0 && shard.positions()[end] == plan.position(cell)) {
                cells[end] = cell;
            }
            from = to;
        }
        return cells;
    }

    private static int end(int[] tokens, int from, int to, List<Integer> window) {
        int[] wanted = window.stream().mapToInt(Integer::intValue).toArray();
        for (int start = to - wanted.length; start >= from; start--) {
            if (Arrays.equals(tokens, start, start + wanted.length, wanted, 0, wanted.length)) {
                return start + wanted.length - 1;
            }
        }
        return -1;
    }

    /** One finding for each target, in their order. */
    List<ShiftFinding> findings(long seed) {
        List<ShiftFinding> findings = new ArrayList<>();
        for (int t = 0; t < plan.targets().size(); t++) {
            double[][][] own = whole(t, true);
            double[][][] background = whole(t, false);
            ShiftPlan.Target target = plan.targets().get(t);
            int leftOut = target.own().size() + target.background().size() - own.length - background.length;
            findings.add(Shifts.of(own, background, leftOut, seed + target.feature()));
        }
        return Shifts.adjusted(findings);
    }

    /** Windows that were read in every place. */
    private double[][][] whole(int target, boolean own) {
        List<double[][]> windows = new ArrayList<>();
        int positions = plan.targets().get(target).positions().size();
        for (int w = 0; w < plan.targets().get(target).windows(own).size(); w++) {
            double[][] window = new double[positions][plan.fillers().size()];
            boolean all = true;
            for (int p = 0; p < positions; p++) {
                for (int f = 0; f < window[p].length; f++) {
                    Double value = values.get(new Cell(target, own, w, p, f));
                    all &= value != null;
                    window[p][f] = value == null ? 0 : value;
                }
            }
            if (all) {
                windows.add(window);
            }
        }
        return windows.toArray(double[][][]::new);
    }
}
