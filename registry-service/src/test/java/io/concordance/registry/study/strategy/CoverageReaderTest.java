package io.concordance.registry.study.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.study.StudyReport.Coverage;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.registry.study.strategy.Planted.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoverageReaderTest {
    @TempDir
    Path folder;

    @RepeatedTest(5)
    void measuresWhatAPlainPassMeasures() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Dictionary dictionary = Planted.dictionary(random, 20);
        List<Document> documents = Planted.documents(random, 40, 0);
        CoverageReader reader = new CoverageReader(dictionary);
        read(reader, "a", documents, 0);

        for (Outcome outcome : Outcome.values()) {
            List<float[]> rows = new ArrayList<>();
            documents.stream().filter(d -> d.outcome() == outcome).forEach(d -> rows.addAll(List.of(d.rows())));
            Coverage coverage = of(reader, "a", outcome);
            assertThat(coverage.rows()).isEqualTo(rows.size());
            assertThat(coverage.transcripts())
                    .isEqualTo(Math.toIntExact(documents.stream()
                            .filter(d -> d.outcome() == outcome)
                            .count()));
            double[] mean = new double[Planted.WIDTH];
            for (float[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    mean[i] += row[i] / (double) rows.size();
                }
            }
            double left = 0;
            double variance = 0;
            double length = 0;
            int fired = 0;
            for (float[] row : rows) {
                double[] rest = new double[row.length];
                for (int i = 0; i < row.length; i++) {
                    rest[i] = row[i] - dictionary.decoderBias()[i];
                    variance += (row[i] - mean[i]) * (row[i] - mean[i]);
                }
                for (int f = 0; f < dictionary.features(); f++) {
                    float value = Planted.activation(dictionary, f, row);
                    fired += value > 0 ? 1 : 0;
                    for (int i = 0; i < row.length; i++) {
                        rest[i] -= value * dictionary.decoder()[f * row.length + i];
                    }
                }
                double squares = 0;
                for (double value : rest) {
                    squares += value * value;
                }
                left += squares;
                length += Math.sqrt(squares);
            }
            assertThat(coverage.fvu()).isCloseTo(left / variance, within(1e-3 * left / variance));
            assertThat(coverage.residual()).isCloseTo(length / rows.size(), within(1e-3 * length / rows.size()));
            assertThat(coverage.l0()).isCloseTo((double) fired / rows.size(), within(1e-12));
        }
    }

    @Test
    void looksAtTheFirstOfEveryArmAndNoFurther() {
        Random random = new Random(3);
        CoverageReader reader = new CoverageReader(Planted.dictionary(random, 20));
        for (int slice = 0; slice < 5; slice++) {
            read(reader, "many", Planted.documents(random, 600, 600 * slice), slice);
        }
        read(reader, "few", Planted.documents(random, 6, 0), 9);

        assertThat(of(reader, "many", Outcome.BAD).rows()).isBetween(4096, 4096 + 30);
        assertThat(reader.coverage()).filteredOn(c -> c.arm().equals("few")).isNotEmpty();
    }

    /** Rows that are all the same have no variance to explain. */
    @Test
    void saysNothingOfAShareWhereNothingVaries() {
        Random random = new Random(4);
        CoverageReader reader = new CoverageReader(Planted.dictionary(random, 4));
        float[] row = new float[Planted.WIDTH];
        read(reader, "a", List.of(new Document("d", Outcome.OK, new float[][] {row, row}, new boolean[2])), 0);

        assertThat(of(reader, "a", Outcome.OK).fvu()).isNull();
        assertThat(of(reader, "a", Outcome.OK).norm()).isZero();
    }

    private void read(CoverageReader reader, String arm, List<Document> documents, int slice) {
        try (Shard shard = Shard.open(Planted.write(documents, slice, folder))) {
            reader.read(arm, shard);
        }
    }

    private static Coverage of(CoverageReader reader, String arm, Outcome outcome) {
        return reader.coverage().stream()
                .filter(c ->
                        c.arm().equals(arm) && c.outcome().equals(outcome.name().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow();
    }
}
