package io.concordance.capture.generation;

import io.concordance.capture.generation.Writer.Prompt;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.model.Decoding;
import io.concordance.capture.model.Edits;
import io.concordance.capture.model.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An arm's interventions while a batch of prompts is continued: everything after a prompt is generated, and a position
 * that was once changed stays changed, whether the model keeps its keys and values or reads the text again.
 */
final class WritingEdits implements Decoding.EditsAt {
    private final ArmEdits edits;
    private final int[] promptLengths;
    /** Positions changed so far, by placed edit and text. */
    private final List<byte[][]> changed = new ArrayList<>();

    WritingEdits(ArmEdits edits, List<Prompt> prompts) {
        this.edits = edits;
        this.promptLengths = prompts.stream().mapToInt(p -> p.tokens().length).toArray();
    }

    @Override
    public Edits of(TokenBatch batch, int[] texts, int from) {
        if (edits.isEmpty()) {
            return Edits.NONE;
        }
        List<ArmEdits.Row> rows = new ArrayList<>();
        for (int r = 0; r < texts.length; r++) {
            int length = from + batch.lengths()[r];
            rows.add(new ArmEdits.Row(length, Math.min(length, promptLengths[texts[r]]), from));
        }
        Edits now = edits.of(batch, rows);
        if (from == 0) {
            for (int p = 0; p < now.placed().size(); p++) {
                if (changed.size() == p) {
                    changed.add(new byte[promptLengths.length][0]);
                }
                keep(now.placed().get(p).mask(), changed.get(p), batch, texts);
            }
        }
        return now;
    }

    private static void keep(byte[] mask, byte[][] changed, TokenBatch batch, int[] texts) {
        for (int r = 0; r < texts.length; r++) {
            int start = r * batch.length();
            byte[] before = changed[texts[r]];
            for (int i = 0; i < before.length; i++) {
                mask[start + i] |= before[i];
            }
            changed[texts[r]] = Arrays.copyOfRange(mask, start, start + batch.lengths()[r]);
        }
    }
}
