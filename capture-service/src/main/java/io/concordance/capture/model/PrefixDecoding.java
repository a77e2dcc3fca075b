package io.concordance.capture.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs the whole of each text again for every token; texts that have stopped are left out. */
final class PrefixDecoding implements Decoding {
    private final DecoderSession session;
    private final EditsAt edits;
    private final int[][] texts;
    private final boolean[] stopped;
    private final float[][] logits;

    PrefixDecoding(DecoderSession session, List<int[]> prompts, EditsAt edits) {
        this.session = session;
        this.edits = edits;
        this.texts = prompts.toArray(int[][]::new);
        this.stopped = new boolean[texts.length];
        this.logits = new float[texts.length][0];
        run();
    }

    private void run() {
        List<int[]> prefixes = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < texts.length; row++) {
            if (!stopped[row]) {
                prefixes.add(texts[row]);
                rows.add(row);
            }
        }
        if (rows.isEmpty()) {
            return;
        }
        TokenBatch batch = TokenBatch.of(prefixes);
        int[] which = rows.stream().mapToInt(row -> row).toArray();
        try (DecoderSession.Step step = session.run(batch, edits.of(batch, which, 0), null, 0)) {
            for (int i = 0; i < which.length; i++) {
                logits[which[i]] = step.logits()[i];
            }
        }
    }

    @Override
    public float[] next(int row) {
        return logits[row];
    }

    @Override
    public void append(int[] tokens) {
        for (int row = 0; row < texts.length; row++) {
            if (tokens[row] == STOPPED) {
                stopped[row] = true;
            } else if (!stopped[row]) {
                texts[row] = Arrays.copyOf(texts[row], texts[row].length + 1);
                texts[row][texts[row].length - 1] = tokens[row];
            }
        }
        run();
    }

    @Override
    public void close() {}
}
