package io.concordance.interp.evidence;

import io.concordance.contracts.statistics.MeanInterval;
import io.concordance.contracts.transcript.DocumentSplit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums over rows and what is left of them after reconstruction, apart for ten groups of documents. Sums are double
 * precision and depend on the order of rows alone.
 */
final class Residuals {
    static final int GROUPS = 10;
    /** In the place of a group, of a row that is left out. */
    static final int NONE = -1;

    /** One row of so many is reconstructed. */
    private static final int SHARE = 8;

    private final Group[] groups = new Group[GROUPS];

    /** Sums of a group, or of several. */
    private static final class Group {
        private long rows;
        private double norms;
        private double squares;
        private double inputs;
        private double[] sum = new double[0];

        private void add(Group other) {
            rows += other.rows;
            norms += other.norms;
            squares += other.squares;
            inputs += other.inputs;
            if (sum.length == 0) {
                sum = new double[other.sum.length];
            }
            for (int c = 0; c < other.sum.length; c++) {
                sum[c] += other.sum[c];
            }
        }

        /** Sum of squared distances of the inputs from their mean. */
        private double spread() {
            double squared = 0;
            for (double each : sum) {
                squared += each * each;
            }
            return inputs - squared / rows;
        }

        private double fvu() {
            return squares / spread();
        }

        private double norm() {
            return norms / rows;
        }
    }

    Residuals() {
        for (int g = 0; g < GROUPS; g++) {
            groups[g] = new Group();
        }
    }

    /** The group of a document, by bits of its key that no split is chosen by. */
    static int group(DocumentInfo document) {
        return (int) ((document.key() & 0x7fff_ffffL) % GROUPS);
    }

    /** Whether a row is reconstructed: one in {@value #SHARE}, drawn anew in every document, whatever shard it is in. */
    static boolean sampled(DocumentInfo document, int position) {
        return DocumentSplit.priority(document.key(), position) % SHARE == 0;
    }

    /**
     * Adds a row.
     *
     * @param input {@code [d]} from {@code offset} on
     * @param error what is left of it, {@code [d]}
     */
    void add(int group, float[] input, int offset, float[] error) {
        Group sums = groups[group];
        if (sums.sum.length == 0) {
            sums.sum = new double[error.length];
        }
        for (int c = 0; c < error.length; c++) {
            sums.sum[c] += input[offset + c];
        }
        double square = squares(error, 0, error.length);
        sums.rows++;
        sums.norms += Math.sqrt(square);
        sums.squares += square;
        sums.inputs += squares(input, offset, error.length);
    }

    /** Four chains, so that additions do not wait for each other. */
    private static double squares(float[] values, int from, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 3 < from + count; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < from + count; i++) {
            a += (double) values[i] * values[i];
        }
        return a + b + (c + d);
    }

    void addAll(Residuals other) {
        for (int g = 0; g < GROUPS; g++) {
            if (other.groups[g].rows > 0) {
                groups[g].add(other.groups[g]);
            }
        }
    }

    Coverage coverage(Arm arm) {
        Group all = without(-1);
        double inputNorm = all.rows == 0 ? 0 : Math.sqrt(all.inputs / all.rows);
        return new Coverage(
                arm.name(),
                arm.kind(),
                all.rows,
                all.rows > 0 && all.spread() > 0 ? estimate(Group::fvu) : null,
                all.rows > 0 ? estimate(Group::norm) : null,
                inputNorm);
    }

    private Group without(int left) {
        Group all = new Group();
        for (int g = 0; g < GROUPS; g++) {
            if (g != left && groups[g].rows > 0) {
                all.add(groups[g]);
            }
        }
        return all;
    }

    private Coverage.Estimate estimate(java.util.function.ToDoubleFunction<Group> figure) {
        double value = figure.applyAsDouble(without(-1));
        int[] used = IntStream.range(0, GROUPS).filter(g -> groups[g].rows > 0).toArray();
        int n = used.length;
        double[] pseudo = IntStream.of(used)
                .mapToDouble(g -> n * value - (n - 1) * figure.applyAsDouble(without(g)))
                .toArray();
        for (double each : pseudo) {
            if (!Double.isFinite(each)) {
                return new Coverage.Estimate(value, null, null, n);
            }
        }
        @Nullable MeanInterval spread = n < 2 ? null : MeanInterval.of(pseudo);
        if (spread == null) {
            return new Coverage.Estimate(value, null, null, n);
        }
        double reach = spread.high() - spread.mean();
        return new Coverage.Estimate(value, Math.max(0, value - reach), value + reach, n);
    }

    void write(Wire.Out out) {
        for (Group group : groups) {
            out.count(group.rows);
            out.real(group.norms);
            out.real(group.squares);
            out.real(group.inputs);
            out.count(group.sum.length);
            for (double each : group.sum) {
                out.real(each);
            }
        }
    }

    void read(Wire.In in) {
        for (Group group : groups) {
            group.rows = in.number();
            group.norms = in.real();
            group.squares = in.real();
            group.inputs = in.real();
            group.sum = new double[in.count()];
            for (int c = 0; c < group.sum.length; c++) {
                group.sum[c] = in.real();
            }
        }
    }
}
