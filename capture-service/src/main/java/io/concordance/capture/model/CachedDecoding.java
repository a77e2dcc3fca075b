package io.concordance.capture.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps keys and values, so that a step runs one token of each text. All texts have one length. */
final class CachedDecoding implements Decoding {
    private final DecoderSession session;
    private final EditsAt edits;
    private final int[] rows;
    private final boolean[] stopped;
    private int length;
    private DecoderSession.Step step;

    CachedDecoding(DecoderSession session, List<int[]> prompts, EditsAt edits) {
        this.session = session;
        this.edits = edits;
        this.rows = new int[prompts.size()];
        Arrays.setAll(rows, row -> row);
        this.stopped = new boolean[rows.length];
        this.length = prompts.getFirst().length;
        this.step = run(TokenBatch.of(prompts), null, 0);
    }

    private DecoderSession.Step run(TokenBatch batch, DecoderSession.@Nullable Step before, int past) {
        return session.run(batch, edits.of(batch, rows, past), before, past);
    }

    @Override
    public float[] next(int row) {
        return step.logits()[row];
    }

    /** Texts that have stopped run on with token 0, unread: keys and values of the others stay where they are. */
    @Override
    public void append(int[] tokens) {
        List<int[]> appended = new ArrayList<>();
        boolean all = true;
        for (int row = 0; row < rows.length; row++) {
            stopped[row] |= tokens[row] == STOPPED;
            all &= stopped[row];
            appended.add(new int[] {Math.max(0, tokens[row])});
        }
        if (all) {
            return;
        }
        DecoderSession.Step before = step;
        step = run(TokenBatch.of(appended), before, length);
        length++;
        before.close();
    }

    @Override
    public void close() {
        step.close();
    }
}
