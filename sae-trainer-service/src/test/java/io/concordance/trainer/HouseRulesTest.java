package io.concordance.trainer;

import io.concordance.kit.testing.HouseRules;
import org.junit.jupiter.api.Test;

class HouseRulesTest {

    @Test
    void packagesKeepTheirWalls() {
        HouseRules.check(
                "io.concordance.trainer",
                "io.concordance.trainer.kernel..",
                "io.concordance.trainer.step..",
                "io.concordance.trainer.stream..");
    }
}
