package io.concordance.registry.study.peer;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.release.Pooling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The linear probes of an analysis as autointerp tells them.
 *
 * @param dictionary digest of the probe set; null when there is none
 * @param announced how many it announced as features
 */
public record Probes(@Nullable String dictionary, int announced, List<Probe> probes, List<Arm> arms) {

    /** @param kind {@code random} for a control, which is not announced */
    public record Probe(
            int index,
            String kind,
            Pooling pooling,
            String arm,
            String armKind,
            Screen screen,
            Calibration calibration) {

        public boolean control() {
            return kind.equals("random");
        }
    }

    /** What the documents of an arm can say; ok ones that are screened or held out include those of benign arms. */
    public record Arm(
            String arm,
            String armKind,
            int bad,
            int ok,
            int screenedBad,
            int screenedOk,
            int heldOutBad,
            int heldOutOk) {}
}
