package io.concordance.trainer.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What each row of a batch keeps, at most k, on the way from the workers to the pairs, and which blocks are still open. */
final class Staged {
    /** What became of a block of rows. */
    enum Outcome {
        DONE,
        /** A row has fewer values above its first border than it could keep. */
        SHORT,
        /** Not decided by bounds. */
        OPEN
    }

    float[] values = new float[0];
    int[] features = new int[0];
    final int[] counts;
    final Outcome[] outcomes;
    private final int[] everyBlock;

    Staged(int batch, int blocks) {
        this.counts = new int[batch];
        this.outcomes = new Outcome[blocks];
        this.everyBlock = IntStream.range(0, blocks).toArray();
    }

    void begin(int k) {
        int cells = Math.multiplyExact(counts.length, k);
        if (values.length < cells) {
            values = new float[cells];
            features = new int[cells];
        }
        Arrays.fill(outcomes, Outcome.OPEN);
    }

    int[] every() {
        return everyBlock;
    }

    int[] blocks(Outcome outcome) {
        int count = 0;
        for (Outcome of : outcomes) {
            count += of == outcome ? 1 : 0;
        }
        int[] blocks = new int[count];
        for (int b = outcomes.length - 1; b >= 0; b--) {
            if (outcomes[b] == outcome) {
                blocks[--count] = b;
            }
        }
        return blocks;
    }
}
