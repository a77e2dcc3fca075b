package io.concordance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {
    @Test
    void readsOptionsInAnyOrder() {
        Bench.Order order =
                Bench.Order.of(List.of("kill-resume", "--rounds", "3", "--json", "figures.json", "--quick"));

        assertThat(order.json()).isEqualTo(Path.of("figures.json"));
    }

    @Test
    void settingsAreForComparisonsThatHaveSome() {
        assertThat(Bench.Order.of(List.of("scale", "--set", "jobs=4", "--set", "puts=1e4"))
                        .comparison())
                .isNotNull();
        assertThatThrownBy(() -> Bench.Order.of(List.of("scale", "--set", "jobs")))
                .hasMessageContaining("NAME=VALUE");
        assertThatThrownBy(() -> Bench.Order.of(List.of("kill-resume", "--set", "jobs=4")))
                .hasMessageContaining("--set");
    }

    @Test
    void refusesWhatAComparisonDoesNotTake() {
        assertThatThrownBy(() -> Bench.Order.of(List.of("capture-overhead", "--quick")))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("--quick");
        assertThatThrownBy(() -> Bench.Order.of(List.of("kill-resume", "--only", "(")))
                .hasMessageContaining("--only");
        assertThatThrownBy(() -> Bench.Order.of(List.of("training-peers", "--rounds", "0")))
                .hasMessageContaining("--rounds");
        assertThatThrownBy(() -> Bench.Order.of(List.of("training-peers", "--json")))
                .hasMessageContaining("--json");
        assertThatThrownBy(() -> Bench.Order.of(List.of("nothing"))).hasMessageContaining("training-peers");
    }
}
