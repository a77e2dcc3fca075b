package io.concordance.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows of one document in one batch, for documents of log-normal length as text has them. */
class SameDocumentTest {
    private static final int SLICES = 40;
    private static final int BATCH = 512;
    private final MemoryShards shards = new MemoryShards(1);
    private final ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("a", SLICES)));
    private final List<Integer> documentOf = new ArrayList<>();
    private int rows;
    private int documents;

    SameDocumentTest() {
        long seed = 29;
        System.out.println("document lengths from seed " + seed);
        Random random = new Random(seed);
        for (int slice = 0; slice < SLICES; slice++) {
            List<Integer> document = new ArrayList<>();
            List<Integer> position = new ArrayList<>();
            List<String> ids = new ArrayList<>();
            for (int d = 0; d < 8; d++) {
                int length = (int) Math.clamp(Math.exp(5 + random.nextGaussian()), 5, 1024);
                for (int p = 0; p < length; p++) {
                    documentOf.add(documents);
                    rows++;
                    document.add(d);
                    position.add(p);
                }
                ids.add("d" + documents++);
            }
            float[] values = new float[document.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = rows - values.length + i;
            }
            shards.add(
                    "a",
                    slice,
                    values,
                    new RowColumns(ints(document), ints(position), new int[values.length], ids),
                    true);
        }
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private RowStream stream(int windowRows) {
        return new RowStream(order, shards, 1, BATCH, windowRows, 3, StreamState.start());
    }

    @Test
    void aWindowOfAllRowsMixesAsAPerfectShuffleDoes() {
        try (RowStream stream = stream(1 << 20)) {
            long seen = read(stream, 3 * rows / BATCH);
            PairCounts.Rate rate = stream.sameDocument();

            System.out.println(rows + " rows of " + documents + " documents: " + rate + ", ratio " + rate.ratio());
            double possible = 3L * rows / BATCH * (BATCH * (BATCH - 1) / 2.0);
            assertThat(rate.rate()).isCloseTo(seen / possible, within(1e-12));
            assertThat(rate.ideal()).isCloseTo(expected(), within(1e-12));
            assertThat(rate.ratio()).isBetween(0.9, 1.2);
        }
    }

    @Test
    void smallWindowsMixLessAndTheRateSaysSo() {
        try (RowStream stream = stream(rows / 8)) {
            read(stream, 3 * rows / BATCH);

            assertThat(stream.sameDocument().ratio()).isBetween(4.0, 10.0);
        }
    }

    @Test
    void theRateSurvivesResuming() {
        RowStream whole = stream(rows / 3);
        RowStream stopped = stream(rows / 3);
        for (int i = 0; i < 2 * rows / BATCH; i++) {
            read(whole, 1);
            read(stopped, 1);
            stopped = new RowStream(order, shards, 1, BATCH, rows / 3, 3, stopped.snapshot());
        }
        assertThat(stopped.sameDocument()).isEqualTo(whole.sameDocument());
    }

    /** Same-document pairs in the next batches, counted the plain way. */
    private long read(RowStream stream, int batches) {
        long found = 0;
        float[] batch = new float[BATCH];
        int[] of = new int[BATCH];
        for (int b = 0; b < batches; b++) {
            assertThat(stream.ready()).isTrue();
            stream.next(batch);
            Arrays.setAll(of, i -> documentOf.get((int) batch[i]));
            for (int i = 0; i < BATCH; i++) {
                for (int j = 0; j < i; j++) {
                    found += of[i] == of[j] ? 1 : 0;
                }
            }
        }
        return found;
    }

    private double expected() {
        Map<Integer, Long> lengths = new HashMap<>();
        documentOf.forEach(document -> lengths.merge(document, 1L, Long::sum));
        double pairs =
                lengths.values().stream().mapToDouble(n -> n * (n - 1) / 2.0).sum();
        return pairs / (rows * (rows - 1.0) / 2);
    }
}
