package io.concordance.capture;

import io.concordance.kit.testing.HouseRules;
import org.junit.jupiter.api.Test;

class HouseRulesTest {

    @Test
    void packagesKeepTheirWalls() {
        HouseRules.check(
                "io.concordance.capture",
                "io.concordance.capture.model.graph..",
                "io.concordance.capture.model.gradient..");
    }
}
