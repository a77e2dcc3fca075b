package io.concordance.registry.study.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.event.FeatureAttributed.Contrast;
import io.concordance.contracts.statistics.MeanInterval;
import io.concordance.registry.study.causal.Removals.Removal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CausalTest {
    private static final List<Integer> FEATURES =
            IntStream.range(0, 13).map(i -> 10 * i).boxed().toList();

    @Test
    void twoFeaturesThatStandInForEachOtherAreFoundTogether() {
        Set<Integer> redundant = Set.of(20, 30);

        List<List<Removal>> rounds = rounds(group -> group.containsAll(redundant));

        assertThat(Removals.alone(rounds)).noneMatch(Removal::works).hasSize(13);
        List<Integer> found = Removals.group(rounds).orElseThrow().features();
        assertThat(found).containsExactlyInAnyOrderElementsOf(redundant);
        assertThat(rounds).hasSizeLessThanOrEqualTo(7);
    }

    @Test
    void everyPairIsFound() {
        for (int a : FEATURES) {
            for (int b : FEATURES) {
                if (a < b) {
                    List<List<Removal>> rounds = rounds(group -> group.containsAll(Set.of(a, b)));

                    assertThat(Removals.group(rounds).orElseThrow().features()).containsExactly(a, b);
                }
            }
        }
    }

    @Test
    void aFeatureThatWorksAloneNeedsNoGroup() {
        List<List<Removal>> rounds = rounds(group -> group.contains(50));

        assertThat(rounds).hasSize(1);
        assertThat(Removals.alone(rounds).getFirst().features()).containsExactly(50);
        assertThat(Removals.group(rounds)).isEmpty();
    }

    @Test
    void nothingThatWorksEndsTheSearchAtOnce() {
        List<List<Removal>> rounds = rounds(group -> false);

        assertThat(rounds).hasSize(1);
        assertThat(Removals.group(rounds)).isEmpty();
    }

    @Test
    void necessityIsTheShareOfActionsThatGo() {
        Contrast contrast = Contrasts.necessity(40, 40, 4);

        assertThat(contrast.value()).isCloseTo(0.9, within(1e-12));
        // 1 - 0.2366374/0.9119028 and 1 - 0.0279254/1, with R's binom.test(4, 40) and binom.test(40, 40)
        assertThat(contrast.low()).isCloseTo(1 - 0.2366374 / 0.9119028, within(1e-4));
        assertThat(contrast.high()).isCloseTo(1 - 0.0279254, within(1e-4));
        assertThat(Contrasts.necessity(40, 20, 20).low()).isNegative();
        assertThat(Contrasts.necessity(40, 0, 0)).isNull();
    }

    private static List<List<Removal>> rounds(Predicate<List<Integer>> works) {
        List<List<Removal>> rounds = new ArrayList<>();
        Optional<List<List<Integer>>> groups = Optional.of(Removals.first(FEATURES));
        while (groups.isPresent()) {
            rounds.add(groups.get().stream()
                    .map(group -> new Removal(
                            group,
                            works.test(group)
                                    ? new MeanInterval(40, 2, 1.5, 2.5)
                                    : new MeanInterval(40, 0.1, -0.1, 0.3)))
                    .toList());
            groups = Removals.next(rounds);
        }
        return rounds;
    }
}
