package io.concordance.interp.position;

import io.concordance.interp.evidence.TokenCells;
import io.concordance.interp.evidence.TokenPlaces;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ω² of one grouping within another, from moments by token and octave of positions; rows without a firing are zeros. */
final class Shares {
    private Shares() {}

    /**
     * Sums of squares of rows in strata, each cut into cells: (SSB - df MSW) / (SSW + MSW) with SSW within strata,
     * SSB between the cells of a stratum, df their number less that of strata, MSW within cells (partial ω², after Hays 1963).
     */
    private static final class Sums {
        private double squares;
        private double ofStrata;
        private double ofCells;
        private long rows;
        private long strata;
        private long cells;

        void stratum(double sum, long count) {
            if (count > 0) {
                ofStrata += sum * sum / count;
                rows += count;
                strata++;
            }
        }

        void cell(double sum, long count) {
            ofCells += count > 0 ? sum * sum / count : 0;
        }

        double omega2() {
            double within = squares - ofStrata;
            double between = ofCells - ofStrata;
            if (rows <= cells || !(within > 0)) {
                return 0;
            }
            double mean = Math.max(0, within - between) / (rows - cells);
            return Math.clamp((between - (cells - strata) * mean) / (within + mean), 0, 1);
        }
    }

    /** Of octaves within tokens, over the rows of every token that the feature fires on. */
    static double withinTokens(List<TokenCells.Cell> cells, RowCounts counts) {
        Sums sums = new Sums();
        for (int i = 0; i < cells.size(); ) {
            int token = cells.get(i).token();
            double sum = 0;
            for (; i < cells.size() && cells.get(i).token() == token; i++) {
                TokenCells.Cell cell = cells.get(i);
                sum += cell.sum();
                sums.squares += cell.sumOfSquares();
                sums.cell(cell.sum(), counts.rows(token, cell.octave()));
            }
            long rows = 0;
            for (int o = 0; o < TokenPlaces.OCTAVES; o++) {
                long here = counts.rows(token, o);
                rows += here;
                sums.cells += here > 0 ? 1 : 0;
            }
            sums.stratum(sum, rows);
        }
        return sums.omega2();
    }

    /** Of tokens within octaves, over the rows of all tokens that are counted at a level. */
    static double content(List<TokenCells.Cell> cells, int level, RowCounts counts) {
        Sums sums = new Sums();
        Map<Integer, Double> byOctave = new HashMap<>();
        for (TokenCells.Cell cell : cells) {
            byOctave.merge(cell.octave(), cell.sum(), Double::sum);
            sums.squares += cell.sumOfSquares();
            sums.cell(cell.sum(), counts.rows(cell.token(), cell.octave()));
        }
        RowCounts.Universe universe = counts.universe(level);
        for (int o = 0; o < TokenPlaces.OCTAVES; o++) {
            sums.stratum(byOctave.getOrDefault(o, 0d), universe.rows()[o]);
            sums.cells += universe.tokens()[o];
        }
        return sums.omega2();
    }
}
