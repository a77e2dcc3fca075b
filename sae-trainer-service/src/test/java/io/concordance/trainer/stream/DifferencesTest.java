package io.concordance.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    private static final ShardOrder.Slot SLOT = new ShardOrder.Slot("tuned", 0);
    private final MemoryShards tuned = new MemoryShards(2);
    private final MemoryShards base = new MemoryShards(2);
    private final Differences differences = new Differences(tuned, base, Map.of("tuned", "base"));

    DifferencesTest() {
        tuned.add("tuned", 0, new float[] {5, 6, 7, 8, 9, 10}, columns(List.of("a", "b"), 40, 41, 40), true);
    }

    /** The first document has two rows, the second one. */
    private static RowColumns columns(List<String> ids, int... tokens) {
        return new RowColumns(new int[] {0, 0, 1}, new int[] {0, 1, 0}, tokens, ids);
    }

    private void base(RowColumns columns) {
        base.add("base", 0, new float[] {1, 1, 2, 2, 3, 3}, columns, true);
    }

    private SliceRows open() {
        Optional<ShardSource.Written> found = differences.find(SLOT);
        return differences.open(SLOT, found.orElseThrow());
    }

    @Test
    void rowsAreSubtractedTokenByToken() {
        base(columns(List.of("a", "b"), 40, 41, 40));
        try (SliceRows rows = open()) {
            float[] target = new float[5];
            rows.copy(1, target, 1);
            assertThat(rows.rows()).isEqualTo(3);
            assertThat(target).containsExactly(0, 5, 6, 0, 0);
            rows.copy(2, target, 3);
            assertThat(target).containsExactly(0, 5, 6, 6, 7);
            assertThat(rows.columns().id(2)).isEqualTo("b");
        }
    }

    @Test
    void aSliceIsThereWhenBothCapturesHaveWrittenIt() {
        assertThat(differences.find(SLOT)).isEmpty();
        base(columns(List.of("a", "b"), 40, 41, 40));
        assertThat(differences.find(SLOT)).isPresent();
    }

    @Test
    void anotherTokenIsAProblemThatNamesIt() {
        base(columns(List.of("a", "b"), 40, 99, 40));
        assertThatThrownBy(this::open)
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("minus.jobs")
                .hasMessageContaining("token 99 at position 1 of document a in slice 0 of job base")
                .hasMessageContaining("token 41");
    }

    @Test
    void anotherDocumentIsAProblemThatNamesIt() {
        base(columns(List.of("a", "c"), 40, 41, 40));
        assertThatThrownBy(this::open).isInstanceOf(FieldProblem.class).hasMessageContaining("of document c");
    }

    @Test
    void missingRowsAreAProblem() {
        base.add(
                "base",
                0,
                new float[] {1, 1, 2, 2},
                new RowColumns(new int[2], new int[] {0, 1}, new int[] {40, 41}, List.of("a")),
                true);
        assertThatThrownBy(this::open).isInstanceOf(FieldProblem.class).hasMessageContaining("2 rows");
    }

    @Test
    void rowsOfAnotherWidthAreAProblem() {
        MemoryShards wide = new MemoryShards(3);
        wide.add("base", 0, new float[9], true);
        Differences different = new Differences(tuned, wide, Map.of("tuned", "base"));
        assertThatThrownBy(() -> different.find(SLOT))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("3 values a row");
    }
}
