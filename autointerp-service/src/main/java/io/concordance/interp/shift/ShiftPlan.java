package io.concordance.interp.shift;

import io.concordance.contracts.json.Json;
import io.concordance.interp.label.TokenText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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

    private record Line(String id, List<SpanLine> spans) {}

    private record SpanLine(String kind, String role, String text) {}

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

    /** The readings as transcripts, one a line. */
    byte[] transcripts(TokenText text) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Cell cell : cells()) {
            List<Integer> window = window(cell);
            int before = targets.get(cell.target()).positions().get(cell.position()) - prefix - (window.size() - 1);
            int[] tokens = IntStream.concat(
                            fillers.get(cell.filler()).stream().limit(before).mapToInt(Integer::intValue),
                            window.stream().mapToInt(Integer::intValue))
                    .toArray();
            lines.writeBytes(Json.bytes(new Line(cell.id(), List.of(new SpanLine("raw", "user", text.of(tokens))))));
            lines.writeBytes("\n".getBytes(StandardCharsets.UTF_8));
        }
        return lines.toByteArray();
    }
}
