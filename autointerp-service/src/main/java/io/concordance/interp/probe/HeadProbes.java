package io.concordance.interp.probe;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Probes every head of one hook, one row a document. Half of the documents fit the logistic probes, the other half say how
 * good they are; documents of one group are in the same half. The result is a function of the documents, whatever order
 * they come in, and the seed.
 */
public final class HeadProbes {
    /** Fewest documents of either class in either half. */
    public static final int FEWEST = 10;

    private static final long MOST_BYTES = 256L << 20;

    private final String hook;
    private final int heads;
    private final int width;
    private final HeadRead read;
    private final long seed;
    private final List<Row> rows = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent") // held, never compared
    private record Row(long key, String document, boolean fits, boolean bad, float[] values) {
        static final Comparator<Row> ORDER = Comparator.comparingLong(Row::key).thenComparing(Row::document);
    }

    /**
     * @param width of the hook, a multiple of the number of heads
     * @param seed of the halves
     */
    public HeadProbes(String hook, int heads, int width, HeadRead read, long seed) {
        if (heads < 1 || width % heads != 0) {
            throw new FieldProblem("heads", heads, "a number that divides the width of " + hook + ", " + width);
        }
        this.hook = hook;
        this.heads = heads;
        this.width = width;
        this.read = read;
        this.seed = seed;
    }

    /**
     * Takes all documents of a learning shard.
     *
     * @param group of a document, by its id
     * @throws FieldProblem when it is not a learning shard of the hook's width, or an activation is not finite
     */
    public void add(Path shard, UnaryOperator<String> group) {
        Prompts.readWhole(
                shard,
                width,
                seed,
                (document, activations, tokens, prompt) -> add(
                        document.id(), group.apply(document.id()), document.outcome(), activations, tokens, prompt));
    }

    /**
     * Takes a document; one without an outcome, or without a row to read, says nothing.
     *
     * @param activations {@code [tokens, width]} row-major
     * @param prompt tokens before the first one that the model wrote
     */
    public void add(String document, String group, Outcome outcome, float[] activations, int tokens, int prompt) {
        float[] values = outcome == Outcome.UNKNOWN ? null : read.row(activations, width, tokens, prompt);
        if (values == null) {
            return;
        }
        if ((rows.size() + 1L) * width * Float.BYTES > MOST_BYTES) {
            throw new FieldProblem(
                    "labelled",
                    "more than " + rows.size() + " transcripts",
                    "as many as fit " + MOST_BYTES + " bytes at width " + width);
        }
        long key = DocumentSplit.key(seed, group);
        rows.add(new Row(key, document, key >= 0, outcome == Outcome.BAD, values));
    }

    /**
     * One probe a head.
     *
     * @throws FieldProblem on {@code labelled} when either half has too few documents of a class
     */
    public List<HeadProbe> fit() {
        rows.sort(Row.ORDER);
        int fittedBad = count(true, true);
        int fittedOk = count(true, false);
        int heldOutBad = count(false, true);
        int heldOutOk = count(false, false);
        if (Math.min(Math.min(fittedBad, fittedOk), Math.min(heldOutBad, heldOutOk)) < FEWEST) {
            throw new FieldProblem(
                    "labelled",
                    fittedBad + " bad and " + fittedOk + " ok transcripts to fit, " + heldOutBad + " and " + heldOutOk
                            + " to check",
                    "at least " + FEWEST + " of each, which about " + 4 * FEWEST
                            + " prompts of different groups and both outcomes give");
        }
        List<HeadProbe> probes = new ArrayList<>();
        for (int head = 0; head < heads; head++) {
            probes.add(probe(head, fittedBad, fittedOk, heldOutBad, heldOutOk));
        }
        return probes;
    }

    private int count(boolean fits, boolean bad) {
        return (int)
                rows.stream().filter(row -> row.fits == fits && row.bad == bad).count();
    }

    private HeadProbe probe(int head, int fittedBad, int fittedOk, int heldOutBad, int heldOutOk) {
        int d = width / heads;
        int from = head * d;
        Direction logistic = direction(
                from, d, rows.stream().filter(Row::fits).toList(), (bad, ok) -> Direction.logistic(bad, List.of(ok)));
        double[] badScores = new double[heldOutBad];
        double[] okScores = new double[heldOutOk];
        int right = 0;
        int bad = 0;
        int ok = 0;
        for (Row row : rows) {
            if (row.fits) {
                continue;
            }
            double value = logistic.value(row.values, from);
            right += value > logistic.boundary() == row.bad ? 1 : 0;
            if (row.bad) {
                badScores[bad++] = value;
            } else {
                okScores[ok++] = value;
            }
        }
        Direction shift = direction(from, d, rows, (b, o) -> Direction.massMean(b, List.of(o)));
        float[] towardsOk = new float[d];
        for (int k = 0; k < d; k++) {
            towardsOk[k] = (float) -shift.unit()[k];
        }
        return new HeadProbe(
                hook,
                head,
                Proportion.of(right, bad + ok),
                Auroc.of(badScores, okScores),
                fittedBad,
                fittedOk,
                heldOutBad,
                heldOutOk,
                towardsOk,
                sigma(shift, from));
    }

    private interface Fit {
        Direction of(RowSample bad, RowSample ok);
    }

    private Direction direction(int from, int d, List<Row> of, Fit fit) {
        RowSample bad = new RowSample(d, of.size());
        RowSample ok = new RowSample(d, of.size());
        for (int i = 0; i < of.size(); i++) {
            Row row = of.get(i);
            (row.bad ? bad : ok).add(row.values, from, i, i, 0);
        }
        try {
            return fit.of(bad, ok);
        } catch (ArithmeticException e) {
            // A head that says the same of every document: any direction does as well, and none is shifted along.
            double[] unit = new double[d];
            unit[0] = 1;
            return new Direction(unit, ok.mean(), 0);
        }
    }

    private double sigma(Direction direction, int from) {
        double sum = 0;
        double squares = 0;
        for (Row row : rows) {
            double value = direction.value(row.values, from);
            sum += value;
            squares += value * value;
        }
        double mean = sum / rows.size();
        return Math.sqrt(Math.max(0, squares / rows.size() - mean * mean));
    }

    /** Best first: by accuracy, then by area under the curve; in the order given where both are equal. */
    public static List<HeadProbe> ranked(List<HeadProbe> probes) {
        return probes.stream()
                .sorted(Comparator.comparingDouble(
                                (HeadProbe probe) -> -probe.accuracy().rate())
                        .thenComparingDouble(probe -> -probe.auroc().area()))
                .toList();
    }
}
