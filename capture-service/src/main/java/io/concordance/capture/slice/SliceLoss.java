package io.concordance.capture.slice;

import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.model.Edits;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.TokenBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs a causal model clean, with zeroes, and with an arm's interventions over the same tokens, and sums how its
 * predictions differ. The sums depend on the documents and their order only.
 */
final class SliceLoss {
    /** Logits of one run that are kept for comparison, bytes; a longer document is run alone. */
    private static final long BATCH_BYTES = 32L << 20;

    private final HookedModel model;
    private final ArmEdits edits;
    private final int vocabulary;
    private final boolean zeroed;

    /**
     * @param model gives its logits as the only hook, in single precision
     * @param zeroed whether the run with zeroes is wanted
     */
    SliceLoss(HookedModel model, ArmEdits edits, boolean zeroed) {
        this.model = model;
        this.edits = edits;
        this.vocabulary = model.hooks().getFirst().width();
        this.zeroed = zeroed;
    }

    /** Each document, or each window of it, by itself; no token is predicted from another one's. */
    LossSums of(List<ReadDocument> documents, int batchTokens) {
        int most = (int) Math.clamp(BATCH_BYTES / ((long) vocabulary * Float.BYTES), 1, batchTokens);
        SortedMap<Integer, LossSums> byRow = new TreeMap<>();
        for (List<SlicePart.Run> batch : SlicePart.batches(documents, most, model.padding())) {
            List<LossSums> losses = losses(batch);
            for (int i = 0; i < batch.size(); i++) {
                byRow.put(batch.get(i).firstRow(), losses.get(i));
            }
        }
        LossSums total = LossSums.NONE;
        for (LossSums run : byRow.values()) {
            total = total.plus(run);
        }
        return total;
    }

    private List<LossSums> losses(List<SlicePart.Run> runs) {
        TokenBatch batch =
                TokenBatch.of(runs.stream().map(SlicePart.Run::tokens).toList());
        List<ArmEdits.Row> rows = runs.stream().map(SlicePart.Run::row).toList();
        double[][] sums = new double[runs.size()][4];
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> clean = new ArrayList<>();
            model.run(batch, (hook, row, logits) -> {
                MemorySegment kept = arena.allocate(logits.byteSize(), Float.BYTES);
                clean.add(kept.copyFrom(logits));
                sums[row][0] = crossEntropy(runs.get(row).tokens(), kept);
            });
            if (zeroed) {
                run(
                        batch,
                        edits.zeroed(batch, rows),
                        (row, logits) ->
                                sums[row][1] = crossEntropy(runs.get(row).tokens(), logits));
            }
            run(batch, edits.of(batch, rows), (row, logits) -> {
                sums[row][2] = crossEntropy(runs.get(row).tokens(), logits);
                sums[row][3] = divergence(clean.get(row), logits);
            });
        }
        List<LossSums> losses = new ArrayList<>();
        for (int row = 0; row < runs.size(); row++) {
            double[] sum = sums[row];
            losses.add(new LossSums(runs.get(row).tokens().length - 1L, sum[0], sum[1], sum[2], sum[3]));
        }
        return losses;
    }

    private interface Logits {
        void accept(int row, MemorySegment logits);
    }

    private void run(TokenBatch batch, Edits with, Logits logits) {
        model.run(batch, with, (hook, row, values) -> logits.accept(row, values));
    }

    private double crossEntropy(int[] tokens, MemorySegment logits) {
        float[] row = new float[vocabulary];
        double sum = 0;
        for (int t = 0; t < tokens.length - 1; t++) {
            sum += LossSums.crossEntropy(read(logits, t, row), tokens[t + 1]);
        }
        return sum;
    }

    private double divergence(MemorySegment clean, MemorySegment patched) {
        float[] p = new float[vocabulary];
        float[] q = new float[vocabulary];
        double sum = 0;
        for (int t = 0; t < clean.byteSize() / ((long) vocabulary * Float.BYTES) - 1; t++) {
            sum += LossSums.divergence(read(clean, t, p), read(patched, t, q));
        }
        return sum;
    }

    private float[] read(MemorySegment logits, int position, float[] row) {
        MemorySegment.copy(
                logits, ValueLayout.JAVA_FLOAT, (long) position * vocabulary * Float.BYTES, row, 0, vocabulary);
        return row;
    }
}
