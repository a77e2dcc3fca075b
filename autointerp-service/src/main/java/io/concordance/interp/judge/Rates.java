package io.concordance.interp.judge;

import io.concordance.contracts.statistics.CorrectedRate;
import io.concordance.contracts.statistics.Kappa;
import io.concordance.contracts.statistics.WeightedShare;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the verdicts and labels of one arm come to, judge by judge. Nothing here is a judge's own rate: counts of verdicts are
 * shown, rates are corrected or absent.
 *
 * @param agreement of the first two people who labelled an item, where two did
 */
record Rates(String arm, int items, People people, @Nullable Kappa agreement, List<OfJudge> judges) {

    /**
     * @param inTurn labelled items that count: those before the first unlabelled one in the order of the queue
     * @param contested items on which people disagree, which count for neither side
     */
    record People(int labelled, int inTurn, int yes, int no, int unsure, int contested) {}

    /**
     * @param sensitivity absent, as {@code specificity}, without a label of its class
     * @param agreement of judge and people on readable verdicts, weighted
     * @param missing why there are no rates
     */
    record OfJudge(
            String judge,
            int yes,
            int no,
            int unreadable,
            @Nullable WeightedShare sensitivity,
            @Nullable WeightedShare specificity,
            @Nullable Kappa agreement,
            List<CorrectedRate> rates,
            @Nullable String missing) {}
}
