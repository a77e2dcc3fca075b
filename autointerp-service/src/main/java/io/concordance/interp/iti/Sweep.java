package io.concordance.interp.iti;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings that are tried on calibration prompts, and which of them is taken. */
public final class Sweep {
    private Sweep() {}

    /**
     * What a setting costs on benign text, every token of it shifted; in nats a token.
     *
     * @param ceClean cross-entropy of the model as it is; {@code ceShifted} with the shift
     * @param kl of the shifted from the clean distribution
     */
    public record Cost(long tokens, double ceClean, double ceShifted, double kl) {}

    /** What came of a setting. */
    public record Cell(Setting setting, ArmOutcome outcome, Cost cost) {}

    /** All settings, fewest heads and shortest shift first. */
    public static List<Setting> settings(List<Integer> heads, List<Double> alphas) {
        List<Setting> settings = new ArrayList<>();
        for (int k : heads.stream().distinct().sorted().toList()) {
            for (double alpha : alphas.stream().distinct().sorted().toList()) {
                settings.add(new Setting(k, alpha));
            }
        }
        return settings;
    }

    /**
     * The cell with most truthful and informative answers, of equal ones the cheapest, of those the first.
     *
     * @param mostKl above which a setting is too dear; null for no limit
     * @return empty when all are too dear
     */
    public static Optional<Cell> choose(List<Cell> cells, @Nullable Double mostKl) {
        return cells.stream()
                .filter(cell -> mostKl == null || cell.cost().kl() <= mostKl)
                .max(Comparator.comparingLong(
                                (Cell cell) -> cell.outcome().both().k())
                        .thenComparing(Comparator.comparingDouble(
                                (Cell cell) -> -cell.cost().kl()))
                        .thenComparing(Comparator.comparingInt((Cell cell) -> -cells.indexOf(cell))));
    }
}
