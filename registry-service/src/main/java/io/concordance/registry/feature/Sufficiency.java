package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.LogOdds;
import java.util.Arrays;

/**
 * Whether documents are enough to grade anything: a feature that fires on every bad document and on no ok one would reach
 * E1. What falls short of that says nothing about the model, whatever was found.
 */
public final class Sufficiency {
    private static final int MOST = 100_000;

    private Sufficiency() {}

    /**
     * @param features tried at once
     * @param screenedBad screening documents, likewise {@code screenedOk}
     * @param heldOutBad documents that confirm, likewise {@code heldOutOk}
     */
    public static boolean of(int features, int screenedBad, int screenedOk, int heldOutBad, int heldOutOk) {
        if (screenedBad == 0 || screenedOk == 0) {
            return false;
        }
        double[] fired = new double[screenedBad];
        Arrays.fill(fired, 1);
        Auroc area = Auroc.of(fired, new double[screenedOk]);
        LogOdds odds = LogOdds.of(screenedBad, screenedBad, 0, screenedOk);
        double p = area.p() / 2;
        Screen screen = new Screen(
                screenedBad,
                screenedOk,
                screenedBad,
                0,
                odds.value(),
                odds.low(),
                odds.high(),
                area.area(),
                area.low(),
                area.high(),
                p,
                Math.min(1, p * features));
        return Grading.associates(
                new Evidence("", "", screen, new Calibration(0, heldOutOk, 0, heldOutBad, heldOutBad)));
    }

    /** Documents of either outcome that an arm needs when half of them screen and a quarter confirm. */
    public static int needed(int features) {
        int n = 4;
        while (n < MOST && !of(features, n / 2, n / 2, n / 4, n / 4)) {
            n += 4;
        }
        return n;
    }
}
