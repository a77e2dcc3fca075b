package io.concordance.interp.probe;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.DocumentInfo;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The rows that the directions of one arm are fitted on: bad documents of the arm against its ok ones and those of benign
 * arms.
 */
final class ProbeFits {
    /** Most rows of a sample, and most bytes. */
    private static final int MOST_ROWS = 4096;

    private static final int MOST_BYTES = 32 << 20;

    private final Arm arm;
    private final int d;
    private final Map<Probe.FittedOn, Samples> samples = new EnumMap<>(Probe.FittedOn.class);
    private long badDocuments;
    private long okDocuments;

    private record Samples(RowSample bad, RowSample ownOk, RowSample benignOk) {
        Samples(int d, int most) {
            this(new RowSample(d, most), new RowSample(d, most), new RowSample(d, most));
        }

        List<RowSample> ok() {
            return Stream.of(ownOk, benignOk)
                    .filter(sample -> sample.count() > 0)
                    .toList();
        }
    }

    ProbeFits(Arm arm, int d) {
        this.arm = arm;
        this.d = d;
        int most = Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / (Float.BYTES * d)));
        for (Probe.FittedOn rows : Probe.FittedOn.values()) {
            samples.put(rows, new Samples(d, most));
        }
    }

    Arm arm() {
        return arm;
    }

    void add(DocumentInfo document, float[] activations, int tokens) {
        boolean own = document.arm().equals(arm);
        boolean bad = own && document.outcome() == Outcome.BAD;
        if (!bad && (document.outcome() != Outcome.OK || !own && !document.arm().benign())) {
            return;
        }
        badDocuments += bad ? 1 : 0;
        okDocuments += bad ? 0 : 1;
        float[] mean = new float[d];
        for (int k = 0; k < d; k++) {
            double sum = 0;
            for (int t = 0; t < tokens; t++) {
                sum += activations[t * d + k];
            }
            mean[k] = (float) (sum / tokens);
        }
        samples.forEach((rows, sets) -> {
            RowSample set = bad ? sets.bad : own ? sets.ownOk : sets.benignOk;
            switch (rows) {
                case TOKENS -> {
                    for (int t = 0; t < tokens; t++) {
                        add(set, document, activations, t);
                    }
                }
                case DOCUMENTS -> add(set, document, mean, 0);
                case LAST -> add(set, document, activations, tokens - 1);
            }
        });
    }

    private void add(RowSample set, DocumentInfo document, float[] rows, int row) {
        set.add(rows, row * d, DocumentSplit.priority(document.key(), row), document.key(), row);
    }

    long badDocuments() {
        return badDocuments;
    }

    long okDocuments() {
        return okDocuments;
    }

    /**
     * @param seed of random directions
     * @throws ArithmeticException when there is nothing to tell apart
     */
    Direction direction(Probe.Kind kind, Probe.FittedOn rows, String seed) {
        Samples sets = Objects.requireNonNull(samples.get(rows));
        return switch (kind) {
            case LOGISTIC -> Direction.logistic(sets.bad, sets.ok());
            case MASS_MEAN -> Direction.massMean(sets.bad, sets.ok());
            case RANDOM -> Direction.random(sets.bad, sets.ok(), seed);
        };
    }
}
