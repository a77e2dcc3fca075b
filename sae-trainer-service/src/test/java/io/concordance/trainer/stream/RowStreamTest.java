package io.concordance.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowStreamTest {
    private static final long SEED = 17;
    private final MemoryShards shards = new MemoryShards(1);
    private final ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("a", 5), new ShardOrder.Job("b", 3)));
    private int total;

    RowStreamTest() {
        System.out.println("row stream seed " + SEED);
        Random random = new Random(SEED);
        for (int p = 0; p < order.size(); p++) {
            float[] rows = new float[10 + random.nextInt(40)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = total++;
            }
            shards.add(order.at(p).job(), order.at(p).slice(), rows, true);
        }
    }

    private RowStream stream(StreamState state) {
        return new RowStream(order, shards, 1, 16, 50, SEED, state);
    }

    private static List<Integer> batch(RowStream stream) {
        assertThat(stream.ready()).isTrue();
        float[] rows = new float[16];
        stream.next(rows);
        List<Integer> ids = new ArrayList<>();
        for (float row : rows) {
            ids.add((int) row);
        }
        return ids;
    }

    @Test
    void shardsFollowSliceIndexThenTheJobsPlaceInTheRequest() {
        List<String> slots = new ArrayList<>();
        for (int p = 0; p < order.size(); p++) {
            slots.add(order.at(p).job() + order.at(p).slice());
        }
        assertThat(slots).containsExactly("a0", "b0", "a1", "b1", "a2", "b2", "a3", "a4");
    }

    @Test
    void everyRowIsUsedOnceAnEpoch() {
        RowStream stream = stream(StreamState.start());
        Map<Integer, Integer> uses = new HashMap<>();
        int epochs = 16;
        int batches = total * epochs / 16;
        for (int i = 0; i < batches; i++) {
            batch(stream).forEach(row -> uses.merge(row, 1, Integer::sum));
        }
        assertThat(uses).hasSize(total);
        assertThat(uses.values()).allMatch(n -> n >= epochs - 1 && n <= epochs + 1);
        assertThat(stream.coverage().seen()).isEqualTo(total);
    }

    @Test
    void aStreamResumedAnywhereGoesOnWithTheSameBatches() {
        RowStream whole = stream(StreamState.start());
        RowStream stopped = stream(StreamState.start());
        for (int i = 0; i < 60; i++) {
            assertThat(batch(stopped)).as("batch " + i).isEqualTo(batch(whole));
            stopped = stream(stopped.snapshot());
        }
        assertThat(stopped.coverage().seen()).isEqualTo(whole.coverage().seen());
    }

    @Test
    void aMissingShardIsWaitedForNotSkipped() {
        RowStream whole = stream(StreamState.start());
        shards.hold("b", 1);
        RowStream waiting = stream(StreamState.start());
        List<List<Integer>> got = new ArrayList<>();
        while (waiting.ready()) {
            got.add(batch(waiting));
        }
        assertThat(waiting.ready()).isFalse();
        shards.release();
        for (int i = 0; i < 30; i++) {
            got.add(batch(waiting));
        }
        for (List<Integer> ids : got) {
            assertThat(ids).isEqualTo(batch(whole));
        }
    }

    @Test
    void armsLeftOutContributeNoRows() {
        MemoryShards some = new MemoryShards(1);
        some.add("a", 0, new float[] {1, 2, 3, 4}, true);
        some.add("a", 1, new float[] {9, 9, 9, 9}, false);
        ShardOrder two = new ShardOrder(List.of(new ShardOrder.Job("a", 2)));
        RowStream stream = new RowStream(two, some, 1, 4, 100, SEED, StreamState.start());
        for (int i = 0; i < 5; i++) {
            assertThat(stream.ready()).isTrue();
            float[] rows = new float[4];
            stream.next(rows);
            assertThat(rows).containsExactlyInAnyOrder(1, 2, 3, 4);
        }
    }

    @Test
    void noRowsAtAllIsAProblemNotAnEndlessLoop() {
        MemoryShards none = new MemoryShards(1);
        none.add("a", 0, new float[] {1}, false);
        ShardOrder one = new ShardOrder(List.of(new ShardOrder.Job("a", 1)));
        RowStream stream = new RowStream(one, none, 1, 4, 100, SEED, StreamState.start());
        assertThatThrownBy(stream::ready).isInstanceOf(FieldProblem.class).hasMessageContaining("jobs");
    }

    @Test
    void aRowCannotBeUsedTwiceInTheFirstEpoch() {
        Coverage coverage = new Coverage();
        coverage.mark(3);
        assertThatThrownBy(() -> coverage.mark(3)).isInstanceOf(IllegalStateException.class);
    }
}
