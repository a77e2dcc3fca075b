package io.concordance.registry.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.registry.lineage.Lineage.Fate;
import io.concordance.registry.lineage.Lineage.Retirement;
import io.concordance.registry.lineage.Lineage.Step;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Step SELF = step("f_a", "d1", "new", null);

    @Test
    void whatBecameOfAFeatureIsWhatItsDirectSuccessorsSay() {
        assertThat(fate(List.of())).isEqualTo(Fate.LATEST);
        assertThat(fate(List.of(step("f_b", "d2", "kept", "f_a")))).isEqualTo(Fate.SAME);
        assertThat(fate(List.of(step("f_b", "d2", "revived", "f_a")))).isEqualTo(Fate.SAME);
        assertThat(fate(List.of(step("f_b", "d2", "drifted", "f_a")))).isEqualTo(Fate.DRIFTED);
        assertThat(fate(List.of(step("f_b", "d2", "kept", "f_a"), step("f_c", "d3", "drifted", "f_b"))))
                .as("a later change is the successor's own")
                .isEqualTo(Fate.SAME);
        assertThat(fate(List.of(step("f_b", "d2", "kept", "f_a"), step("f_c", "d3", "drifted", "f_a"))))
                .as("two runs went on from it")
                .isEqualTo(Fate.DRIFTED);
    }

    @Test
    void severalFeaturesOfOneDictionaryThatComeFromItAreASplit() {
        assertThat(fate(List.of(step("f_b", "d2", "kept", "f_a"), step("f_c", "d2", "drifted", "f_a"))))
                .isEqualTo(Fate.SPLIT);
    }

    @Test
    void aDictionaryThatNoLongerHasItRetiresIt() {
        Retirement retirement = new Retirement("d2", 0.2, null, NOW);
        assertThat(Lineage.of(SELF, List.of(), List.of(), List.of(retirement)).fate())
                .isEqualTo(Fate.RETIRED);
    }

    private static Fate fate(List<Step> descendants) {
        return Lineage.of(SELF, List.of(), descendants, List.of()).fate();
    }

    private static Step step(String uid, String dictionary, String change, String earlier) {
        return new Step(uid, dictionary, 1, "run", 1, change, earlier, 0.9, 0.8, NOW);
    }
}
