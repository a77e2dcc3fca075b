package io.concordance.interp.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaximaSpoolTest {
    private static final int FEATURES = 7;
    private static final int DOCUMENTS = 60;

    @TempDir
    Path folder;

    private record Entry(int document, float whole, float prompt) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 100, 100_000})
    void holdsWhatWasAddedInItsOrderHoweverLittleOfItIsInMemory(int room) {
        long seed = 11L + room;
        System.out.println("seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        MaximaSpool spool = new MaximaSpool(FEATURES, folder, room);
        List<List<Entry>> expected = new ArrayList<>();
        for (int j = 0; j < FEATURES; j++) {
            expected.add(new ArrayList<>());
        }
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 150; i++) {
                int feature = random.nextInt(FEATURES - 1);
                Entry entry = new Entry(random.nextInt(DOCUMENTS), random.nextFloat(), random.nextFloat());
                spool.add(feature, entry.document, entry.whole, entry.prompt);
                expected.get(feature).add(entry);
            }
            assertHolds(spool, expected);
            int[] newIndex = IntStream.range(0, DOCUMENTS)
                    .map(d -> random.nextInt(3) == 0 ? -1 : DOCUMENTS - 1 - d)
                    .toArray();
            spool.renumber(newIndex);
            expected.replaceAll(entries -> new ArrayList<>(entries.stream()
                    .filter(e -> newIndex[e.document] >= 0)
                    .map(e -> new Entry(newIndex[e.document], e.whole, e.prompt))
                    .toList()));
            assertHolds(spool, expected);
        }
        assertThat(expected.getLast()).isEmpty();
    }

    private static void assertHolds(MaximaSpool spool, List<List<Entry>> expected) {
        for (int j = 0; j < FEATURES; j++) {
            DocumentMaxima maxima = spool.of(j);
            List<Entry> held = IntStream.range(0, maxima.size())
                    .mapToObj(i -> new Entry(
                            maxima.document(i), maxima.maximum(i, Scope.WHOLE), maxima.maximum(i, Scope.BEFORE_OUTPUT)))
                    .toList();
            assertThat(held).isEqualTo(expected.get(j));
        }
    }

    @Test
    void leavesNoFileBehind() throws IOException {
        MaximaSpool spool = new MaximaSpool(FEATURES, folder, 2);
        for (int d = 0; d < 9; d++) {
            spool.add(d % FEATURES, d, 1, 1);
        }

        assertThat(spool.of(1).size()).isEqualTo(2);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
