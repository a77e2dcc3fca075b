package io.concordance.registry.study.strategy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.study.StudyReport.Coverage;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much of the rows of an arm a dictionary reconstructs, by outcome of their transcripts. A dictionary has words only for
 * what occurred where it learnt. Reads the first transcripts of every arm and outcome, whole, until there are enough rows.
 * Not thread-safe.
 */
public final class CoverageReader {
    private static final long WORK = 1L << 29;
    private static final int MOST_ROWS = 4096;
    private static final int LEAST_ROWS = 256;

    private final Dictionary dictionary;
    private final SparseEncoder encoder;
    private final int enough;
    private final Map<Group, Sums> groups = new LinkedHashMap<>();

    private record Group(String arm, Outcome outcome) {}

    /** Of one arm and outcome; {@code total} of rows, coordinate by coordinate. */
    private static final class Sums {
        final double[] total;
        int transcripts;
        int rows;
        double squares;
        double residualSquares;
        double residual;
        double norm;
        long firings;

        Sums(int width) {
            total = new double[width];
        }
    }

    public CoverageReader(Dictionary dictionary) {
        this.dictionary = dictionary;
        this.encoder = new SparseEncoder(dictionary);
        this.enough =
                (int) Math.clamp(WORK / ((long) dictionary.features() * dictionary.width()), LEAST_ROWS, MOST_ROWS);
    }

    /** Reads what is still wanted of a shard's transcripts. */
    public void read(String arm, Shard shard) {
        int width = dictionary.width();
        if (shard.width() != width) {
            throw new FieldProblem("activation", shard.width() + " values a row", width + " values a row");
        }
        int[] documents = shard.documents();
        int[] positions = shard.positions();
        byte[] outcomes = shard.outcomes();
        for (int from = 0; from < documents.length; ) {
            int to = MaximaReader.end(documents, from);
            Sums sums =
                    groups.computeIfAbsent(new Group(arm, Outcome.ofCode(outcomes[from])), group -> new Sums(width));
            if (sums.rows < enough) {
                float[] rows = new float[(to - from) * width];
                shard.activations(from, to - from, rows, 0);
                dictionary.info().removeSteering(arm, rows, to - from);
                dictionary.input().ofActivations(rows, Arrays.copyOfRange(positions, from, to), 0, to - from);
                add(sums, rows, to - from);
            }
            from = to;
        }
    }

    private void add(Sums sums, float[] rows, int count) {
        int width = dictionary.width();
        float[] residual = rows.clone();
        for (int i = 0; i < residual.length; i++) {
            residual[i] -= dictionary.decoderBias()[i % width];
        }
        encoder.encodeInputs(rows, count, (row, feature, value) -> {
            sums.firings++;
            for (int i = 0; i < width; i++) {
                residual[row * width + i] -= value * dictionary.decoder()[feature * width + i];
            }
        });
        for (int row = 0; row < count; row++) {
            double squares = 0;
            double left = 0;
            for (int i = 0; i < width; i++) {
                double value = rows[row * width + i];
                double error = residual[row * width + i];
                sums.total[i] += value;
                squares += value * value;
                left += error * error;
            }
            sums.squares += squares;
            sums.residualSquares += left;
            sums.norm += Math.sqrt(squares);
            sums.residual += Math.sqrt(left);
        }
        sums.rows += count;
        sums.transcripts++;
    }

    /** In the order in which arms and outcomes were met. */
    public List<Coverage> coverage() {
        List<Coverage> coverage = new ArrayList<>();
        groups.forEach((group, sums) -> {
            double mean = 0;
            for (double total : sums.total) {
                mean += total * total / sums.rows;
            }
            double variance = sums.squares - mean;
            coverage.add(new Coverage(
                    group.arm,
                    group.outcome.name().toLowerCase(Locale.ROOT),
                    sums.transcripts,
                    sums.rows,
                    variance > 0 ? sums.residualSquares / variance : null,
                    sums.residual / sums.rows,
                    sums.norm / sums.rows,
                    (double) sums.firings / sums.rows));
        });
        return coverage;
    }
}
