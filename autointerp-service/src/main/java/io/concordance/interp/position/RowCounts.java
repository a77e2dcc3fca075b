package io.concordance.interp.position;

import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.TokenCells;
import io.concordance.interp.evidence.TokenPlaces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rows by token and octave of positions, over all arms and in each. */
final class RowCounts {
    private final Map<Arm, TokenPlaces> byArm = new HashMap<>();
    private final Map<Arm, long[]> armOctaves = new HashMap<>();
    private final List<TokenPlaces> places = new ArrayList<>();
    private final Map<Integer, Universe> universes = new HashMap<>();

    /**
     * The rows of the tokens that are counted at a level.
     *
     * @param rows of each octave
     * @param tokens different tokens in each octave
     */
    @SuppressWarnings("ArrayRecordComponent") // shared, never changed
    record Universe(long[] rows, int[] tokens) {}

    RowCounts(Evidence evidence) {
        for (ArmTotals arm : evidence.arms()) {
            byArm.put(arm.arm(), arm.places());
            places.add(arm.places());
            long[] octaves = new long[TokenPlaces.OCTAVES];
            arm.places().forEach((token, octave, rows) -> octaves[octave] += rows);
            armOctaves.put(arm.arm(), octaves);
        }
    }

    long rows(int token, int octave) {
        long rows = 0;
        for (TokenPlaces arm : places) {
            rows += arm.rows(token, octave);
        }
        return rows;
    }

    Universe universe(int level) {
        return universes.computeIfAbsent(level, l -> {
            long[] rows = new long[TokenPlaces.OCTAVES];
            List<Set<Integer>> tokens = new ArrayList<>();
            for (int o = 0; o < TokenPlaces.OCTAVES; o++) {
                tokens.add(new HashSet<>());
            }
            for (TokenPlaces arm : places) {
                arm.forEach((token, octave, count) -> {
                    if (TokenCells.counted(token, l)) {
                        rows[octave] += count;
                        tokens.get(octave).add(token);
                    }
                });
            }
            return new Universe(rows, tokens.stream().mapToInt(Set::size).toArray());
        });
    }

    /** Share of an arm's rows in an octave that are a token. */
    double rate(Arm arm, int token, int octave) {
        TokenPlaces own = byArm.get(arm);
        long[] octaves = armOctaves.get(arm);
        return own == null || octaves == null || octaves[octave] == 0
                ? 0
                : (double) own.rows(token, octave) / octaves[octave];
    }
}
