package io.concordance.interp.probe;

import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.DocumentInfo;
import io.concordance.interp.evidence.Split;

/** The rows that the directions of one arm are fitted on: bad documents of the arm against ok ones of it and of benign arms. */
final class ProbeFits {
    /** Most rows of a sample, and most bytes. */
    private static final int MOST_ROWS = 4096;

    private static final int MOST_BYTES = 64 << 20;

    private final Arm arm;
    private final int d;
    private final RowSample badTokens;
    private final RowSample okTokens;
    private final RowSample badDocuments;
    private final RowSample okDocuments;

    ProbeFits(Arm arm, int d) {
        this.arm = arm;
        this.d = d;
        int most = Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / (Float.BYTES * d)));
        this.badTokens = new RowSample(d, most);
        this.okTokens = new RowSample(d, most);
        this.badDocuments = new RowSample(d, most);
        this.okDocuments = new RowSample(d, most);
    }

    Arm arm() {
        return arm;
    }

    void add(DocumentInfo document, float[] activations, int tokens) {
        boolean own = document.arm().equals(arm);
        if (own && document.outcome() == Outcome.BAD) {
            add(badTokens, badDocuments, document, activations, tokens);
        } else if ((own || document.arm().benign()) && document.outcome() == Outcome.OK) {
            add(okTokens, okDocuments, document, activations, tokens);
        }
    }

    private void add(RowSample rows, RowSample documents, DocumentInfo document, float[] activations, int tokens) {
        float[] mean = new float[d];
        for (int k = 0; k < d; k++) {
            double sum = 0;
            for (int t = 0; t < tokens; t++) {
                sum += activations[t * d + k];
            }
            mean[k] = (float) (sum / tokens);
        }
        documents.add(mean, 0, Split.priority(document.key(), 0), document.key(), 0);
        for (int t = 0; t < tokens; t++) {
            rows.add(activations, t * d, Split.priority(document.key(), t), document.key(), t);
        }
    }

    long badDocuments() {
        return badDocuments.count();
    }

    long okDocuments() {
        return okDocuments.count();
    }

    /**
     * @param fittedOn {@code tokens} or {@code documents}
     * @param seed of random directions
     * @throws ArithmeticException when there is nothing to tell apart
     */
    Direction direction(Probe.Kind kind, String fittedOn, String seed) {
        boolean tokens = fittedOn.equals(ProbeAnalysis.TOKENS);
        RowSample bad = tokens ? badTokens : badDocuments;
        RowSample ok = tokens ? okTokens : okDocuments;
        return switch (kind) {
            case LOGISTIC -> Direction.logistic(bad, ok);
            case MASS_MEAN -> Direction.massMean(bad, ok);
            case RANDOM -> Direction.random(bad, ok, seed);
        };
    }
}
