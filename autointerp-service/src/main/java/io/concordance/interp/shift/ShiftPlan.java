package io.concordance.interp.shift;

import io.concordance.interp.label.TokenText;
import io.concordance.interp.recapture.TextFile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which windows are put where.
 *
 * @param prefix tokens that the tokenizer puts before every text
 * @param fillers token ids of the texts that windows are put behind, {@code [filler][token]}
 */
record ShiftPlan(int prefix, List<List<Integer>> fillers, List<Target> targets) {

    /**
     * One feature. All its windows have the same number of tokens; the last one is looked at.
     *
     * @param positions where that token is put, ascending
     * @param own token ids of windows that it fires on, {@code [window][token]}
     * @param background of windows that it is silent on
     */
    record Target(int feature, List<Integer> positions, List<List<Integer>> own, List<List<Integer>> background) {
        List<List<Integer>> windows(boolean firing) {
            return firing ? own : background;
        }
    }

    /** One reading of a window. */
    record Cell(int target, boolean own, int window, int position, int filler) {

        /** The id of its document. */
        String id() {
            return target + (own ? "-own-" : "-background-") + window + "-" + position + "-" + filler;
        }
    }

    /** Every reading, in a fixed order. */
    List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (int t = 0; t < targets.size(); t++) {
            for (boolean own : new boolean[] {true, false}) {
                for (int w = 0; w < targets.get(t).windows(own).size(); w++) {
                    for (int p = 0; p < targets.get(t).positions().size(); p++) {
                        for (int f = 0; f < fillers.size(); f++) {
                            cells.add(new Cell(t, own, w, p, f));
                        }
                    }
                }
            }
        }
        return cells;
    }

    List<Integer> window(Cell cell) {
        return targets.get(cell.target()).windows(cell.own()).get(cell.window());
    }

    /** Token position of a window's last token. */
    int position(Cell cell) {
        return targets.get(cell.target()).positions().get(cell.position());
    }

    /** The readings as transcripts, one a line. */
    byte[] transcripts(TokenText text) {
        TextFile file = new TextFile();
        for (Cell cell : cells()) {
            List<Integer> window = window(cell);
            int before = position(cell) - prefix - (window.size() - 1);
            int[] tokens = IntStream.concat(
                            fillers.get(cell.filler()).stream().limit(before).mapToInt(Integer::intValue),
                            window.stream().mapToInt(Integer::intValue))
                    .toArray();
            file.add(cell.id(), text.of(tokens));
        }
        return file.bytes();
    }
}
