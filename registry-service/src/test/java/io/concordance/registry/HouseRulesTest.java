package io.concordance.registry;

import io.concordance.kit.testing.HouseRules;
import org.junit.jupiter.api.Test;

class HouseRulesTest {

    @Test
    void packagesKeepTheirWalls() {
        HouseRules.check("io.concordance.registry");
    }
}
