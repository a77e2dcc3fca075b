package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArmedMonitorTest {
    private static final long SEED = 17;

    private ReleaseTensors tensors;
    private ReleaseManifest manifest;
    private ArmedMonitor monitor;

    @BeforeEach
    void arm() throws Exception {
        try (PublishedReleases releases = new PublishedReleases()) {
            tensors = rarelyFiring(PublishedReleases.tensors(SEED));
            manifest = releases.publish(1, tensors, releases.targets);
        }
        monitor = new ArmedMonitor(new ReleaseBundle(manifest.digest(), manifest, tensors));
    }

    @Test
    void hitsExactlyWhatTheDefinitionSays() {
        Random random = new Random(SEED);
        long fires = 0;
        Map<String, Long> byRule = new HashMap<>();
        Map<String, Long> byFeature = new HashMap<>();
        for (int session = 0; session < 500; session++) {
            int tokens = random.nextInt(80);
            float[] activations = PublishedReleases.floats(random, tokens * 6);
            for (int i = 0; i < activations.length; i++) {
                activations[i] = tensors.decoderBias()[i % 6] + 0.2f * activations[i];
            }
            List<Hit> expected = reference(activations, tokens);
            assertThat(monitor.evaluate(activations, tokens))
                    .as("seed %d session %d", SEED, session)
                    .isEqualTo(expected);
            fires += expected.isEmpty() ? 0 : 1;
            expected.stream().map(Hit::featureUid).distinct().forEach(uid -> byFeature.merge(uid, 1L, Long::sum));
            expected.stream().map(Hit::rule).distinct().forEach(rule -> byRule.merge(rule, 1L, Long::sum));
        }
        SightingReported report = monitor.tally().drain("m");
        assertThat(report).isEqualTo(new SightingReported("m", manifest.digest(), 500, fires, byRule, byFeature, null));
        assertThat(fires).isBetween(50L, 450L);
        assertThat(byRule.get("two")).isBetween(10L, byRule.get("any") - 1);
        assertThat(monitor.tally().drain("m").sessions()).isZero();
    }

    @Test
    void aSessionWithoutTokensCountsAndFiresNothing() {
        assertThat(monitor.evaluate(new float[0], 0)).isEmpty();
        assertThat(monitor.tally().drain("m").sessions()).isEqualTo(1);
    }

    @Test
    void refusesActivationsThatAreTooFewOrNotFiniteAndCountsNothing() {
        assertThatThrownBy(() -> monitor.evaluate(new float[11], 2)).isInstanceOf(FieldProblem.class);
        float[] broken = new float[70 * 6];
        broken[6 * 40] = Float.NaN;
        assertThatThrownBy(() -> monitor.evaluate(broken, 70)).hasMessageContaining("finite");
        broken[6 * 40] = Float.POSITIVE_INFINITY;
        assertThatThrownBy(() -> monitor.evaluate(broken, 70)).hasMessageContaining("finite");
        assertThat(monitor.tally().drain("m").sessions()).isZero();
    }

    private static ReleaseTensors rarelyFiring(ReleaseTensors t) {
        float[] threshold = t.threshold().clone();
        for (int j = 0; j < threshold.length; j++) {
            threshold[j] = Math.max(0, t.encoderBias()[j]) + 1;
        }
        return ReleaseTensors.of(t.encoder(), t.encoderBias(), t.decoderBias(), threshold, SEED);
    }

    /** Straight from the definition: one dot product a token and feature, then the rules. */
    private List<Hit> reference(float[] activations, int tokens) {
        float[] peak = new float[3];
        int[] at = new int[3];
        for (int j = 0; j < 3; j++) {
            peak[j] = Float.NEGATIVE_INFINITY;
            for (int t = 0; t < tokens; t++) {
                float sum = 0;
                for (int i = 0; i < 6; i++) {
                    sum = Math.fma(
                            activations[t * 6 + i] - tensors.decoderBias()[i], tensors.encoder()[j * 6 + i], sum);
                }
                sum += tensors.encoderBias()[j];
                if (sum > peak[j]) {
                    peak[j] = sum;
                    at[j] = t;
                }
            }
        }
        List<Hit> hits = new ArrayList<>();
        for (Rule rule : manifest.rules()) {
            List<Hit> above = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                if (peak[j] > tensors.threshold()[j]) {
                    above.add(new Hit(rule.id(), "f_" + j, at[j], peak[j], tensors.threshold()[j]));
                }
            }
            if (above.size() >= rule.atLeast()) {
                hits.addAll(above);
            }
        }
        return hits;
    }
}
