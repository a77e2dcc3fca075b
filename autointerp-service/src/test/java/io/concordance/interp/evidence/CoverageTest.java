package io.concordance.interp.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held against the dense computation in double precision, leaving documents out one group at a time. */
class CoverageTest {
    private static final long SEED = 4711;
    private static final int WIDTH = 8;
    private static final int FEATURES = 30;

    @TempDir
    Path folder;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final Dictionary dictionary = Planted.random(WIDTH, FEATURES, SEED);
    private final Map<String, float[]> rows = new HashMap<>();

    private float[] row(Doc document, int r) {
        return rows.computeIfAbsent(document.id() + "/" + r, k -> Planted.gaussian(random, WIDTH));
    }

    private double[] error(float[] x) {
        double[] error = new double[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            error[c] = x[c] - dictionary.decoderBias()[c];
        }
        for (int j = 0; j < FEATURES; j++) {
            double pre = dictionary.encoderBias()[j];
            for (int c = 0; c < WIDTH; c++) {
                pre += (double) (x[c] - dictionary.decoderBias()[c])
                        * dictionary.encoder()[j * WIDTH + c];
            }
            if (pre > dictionary.threshold()[j]) {
                for (int c = 0; c < WIDTH; c++) {
                    error[c] -= pre * dictionary.decoder()[j * WIDTH + c];
                }
            }
        }
        return error;
    }

    private static double squared(double[] v) {
        double sum = 0;
        for (double each : v) {
            sum += each * each;
        }
        return sum;
    }

    /** FVU and mean residual norm of all documents but those of a group. */
    private double[] expected(List<Doc> documents, int left) {
        List<float[]> kept = new ArrayList<>();
        for (Doc document : documents) {
            DocumentInfo info = new DocumentInfo(
                    new Arm("benign", "benign"),
                    document.id(),
                    Outcome.OK,
                    DocumentSplit.key(EvidenceOptions.defaults(SEED).seed(), document.id()));
            for (int r = 0; r < document.tokens().length; r++) {
                if (Residuals.group(info) != left && Residuals.sampled(info, r)) {
                    kept.add(row(document, r));
                }
            }
        }
        double[] mean = new double[WIDTH];
        kept.forEach(x -> {
            for (int c = 0; c < WIDTH; c++) {
                mean[c] += (double) x[c] / kept.size();
            }
        });
        double spread = 0;
        double squares = 0;
        double norms = 0;
        for (float[] x : kept) {
            double square = squared(error(x));
            squares += square;
            norms += Math.sqrt(square);
            for (int c = 0; c < WIDTH; c++) {
                spread += (x[c] - mean[c]) * (x[c] - mean[c]);
            }
        }
        return new double[] {squares / spread, norms / kept.size()};
    }

    @Test
    void figuresOfAnArmEqualTheDenseComputation() throws Exception {
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < 80; d++) {
            int[] tokens = random.ints(1 + random.nextInt(40), 0, 50).toArray();
            documents.add(new Doc("d" + d, Outcome.OK, tokens, tokens.length));
        }
        List<Planted.Slice> shards = new ArrayList<>(
                Planted.write(folder, "job", "benign", "benign", "learning", WIDTH, 7, documents, this::row));
        shards.addAll(Planted.write(
                folder,
                "other",
                "off",
                "off-policy",
                "learning",
                WIDTH,
                7,
                List.of(new Doc("long", Outcome.OK, new int[200], 200)),
                (d, r) -> new float[WIDTH]));

        List<Coverage> coverage = new EvidencePass(dictionary, EvidenceOptions.defaults(SEED), 2)
                .run(shards, n -> {}).arms().stream().map(ArmTotals::coverage).toList();

        assertThat(coverage).extracting(Coverage::arm).containsExactly("benign", "off");
        Coverage benign = coverage.getFirst();
        assertThat(benign.rows()).as("an eighth").isBetween(rows.size() / 12L, rows.size() / 5L);
        double[] all = expected(documents, -1);
        double[] values = {benign.fvu().value(), benign.residualNorm().value()};
        double[] highs = {benign.fvu().high(), benign.residualNorm().high()};
        for (int figure = 0; figure < 2; figure++) {
            assertThat(values[figure]).isCloseTo(all[figure], within(1e-4 * all[figure]));
            double[] pseudo = new double[Residuals.GROUPS];
            double mean = 0;
            for (int g = 0; g < pseudo.length; g++) {
                pseudo[g] = 10 * all[figure] - 9 * expected(documents, g)[figure];
                mean += pseudo[g] / 10;
            }
            double squares = 0;
            for (double each : pseudo) {
                squares += (each - mean) * (each - mean);
            }
            double reach = TDistribution.of(9).inverseCumulativeProbability(0.975) * Math.sqrt(squares / 90);
            assertThat(highs[figure] - values[figure]).isCloseTo(reach, within(1e-3 * reach));
        }
        assertThat(benign.fvu().groups()).isEqualTo(10);
        Coverage off = coverage.getLast();
        assertThat(off.fvu()).as("rows without spread have none").isNull();
        assertThat(off.residualNorm().low()).as("one group has no interval").isNull();
    }
}
