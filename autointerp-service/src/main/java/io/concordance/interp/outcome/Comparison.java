package io.concordance.interp.outcome;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.DocumentInfo;
import io.concordance.interp.evidence.DocumentMaxima;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The documents of one split that are set against each other for one arm: its bad ones, its ok ones, and the ok ones of
 * every other benign arm. Reads a feature's maxima into one score a document.
 */
final class Comparison {
    private static final int ABSENT = -1;

    private final int[] badIndex;
    private final int[] okIndex;
    private final double[] bad;
    private final double[] ok;
    private final boolean[] benign;

    Comparison(Evidence evidence, Arm arm, DocumentSplit split) {
        this(evidence.documents(), arm, document -> document.split() == split);
    }

    /** @param counts which documents are compared */
    Comparison(List<DocumentInfo> documents, Arm arm, Predicate<DocumentInfo> counts) {
        badIndex = new int[documents.size()];
        okIndex = new int[documents.size()];
        Arrays.fill(badIndex, ABSENT);
        Arrays.fill(okIndex, ABSENT);
        boolean[] benignOk = new boolean[documents.size()];
        int badCount = 0;
        int okCount = 0;
        for (int d = 0; d < documents.size(); d++) {
            DocumentInfo document = documents.get(d);
            if (!counts.test(document)) {
                continue;
            }
            boolean own = document.arm().equals(arm);
            if (own && document.outcome() == Outcome.BAD) {
                badIndex[d] = badCount++;
            } else if ((own || document.arm().benign()) && document.outcome() == Outcome.OK) {
                benignOk[okCount] = document.arm().benign();
                okIndex[d] = okCount++;
            }
        }
        bad = new double[badCount];
        ok = new double[okCount];
        benign = Arrays.copyOf(benignOk, okCount);
    }

    /**
     * Fills the scores of a feature; silent documents score 0. The scope is that of bad documents, where a fire must come
     * in time; on ok documents a fire is false wherever it comes, so they score over all their tokens.
     */
    void read(DocumentMaxima maxima, Scope scope) {
        Arrays.fill(bad, 0);
        Arrays.fill(ok, 0);
        for (int i = 0; i < maxima.size(); i++) {
            int document = maxima.document(i);
            if (badIndex[document] != ABSENT) {
                bad[badIndex[document]] = Math.max(bad[badIndex[document]], maxima.maximum(i, scope));
            } else if (okIndex[document] != ABSENT) {
                ok[okIndex[document]] = Math.max(ok[okIndex[document]], maxima.maximum(i, Scope.WHOLE));
            }
        }
    }

    /** Fills the scores with those of the documents, {@code [documents]}. */
    void read(float[] scores) {
        for (int d = 0; d < badIndex.length; d++) {
            if (badIndex[d] != ABSENT) {
                bad[badIndex[d]] = scores[d];
            } else if (okIndex[d] != ABSENT) {
                ok[okIndex[d]] = scores[d];
            }
        }
    }

    /** Scores of bad documents as last read. */
    double[] bad() {
        return bad;
    }

    /** Scores of ok documents as last read. */
    double[] ok() {
        return ok;
    }

    /** Largest score of an ok document of a benign arm, or of any ok document when no benign arm has one here. */
    double benignMaximum() {
        boolean any = false;
        for (boolean b : benign) {
            any |= b;
        }
        double maximum = 0;
        for (int i = 0; i < ok.length; i++) {
            if (!any || benign[i]) {
                maximum = Math.max(maximum, ok[i]);
            }
        }
        return maximum;
    }

    /** Largest score of any ok document, and at least 0. */
    double okMaximum() {
        return Arrays.stream(ok).reduce(0, Math::max);
    }

    /** The score that three quarters of the bad documents reach; 0 when there are none. */
    double lowerQuartileOfBad() {
        double[] sorted = bad.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[sorted.length / 4];
    }

    static int exceeding(double[] scores, double threshold) {
        int exceeding = 0;
        for (double score : scores) {
            exceeding += score > threshold ? 1 : 0;
        }
        return exceeding;
    }
}
