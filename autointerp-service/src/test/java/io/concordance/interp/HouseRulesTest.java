package io.concordance.interp;

import io.concordance.kit.testing.HouseRules;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void packagesKeepTheirWalls() {
        HouseRules.check(
                "io.concordance.interp",
                "io.concordance.interp.evidence..",
                "io.concordance.interp.label..",
                "io.concordance.interp.outcome..",
                "io.concordance.interp.score..");
    }
}
