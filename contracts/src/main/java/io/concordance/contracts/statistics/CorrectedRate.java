package io.concordance.contracts.statistics;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;

/**
 * A rate that a judge stated and people corrected, with its 95 % interval. Only a {@link JudgeCalibration} with enough human labels makes one, so
 * whatever asks for this type cannot be handed a judge's bare word.
 */
@JsonAutoDetect(fieldVisibility = Visibility.ANY)
public final class CorrectedRate {
    private final String method;
    private final double value;
    private final double low;
    private final double high;
    private final long n;
    private final int positiveLabels;
    private final int negativeLabels;

    CorrectedRate(
            String method, double value, double low, double high, long n, int positiveLabels, int negativeLabels) {
        this.method = method;
        this.value = value;
        this.low = low;
        this.high = high;
        this.n = n;
        this.positiveLabels = positiveLabels;
        this.negativeLabels = negativeLabels;
    }

    /** {@code rogan-gladen} or {@code prediction-powered}. */
    public String method() {
        return method;
    }

    public double value() {
        return value;
    }

    public double low() {
        return low;
    }

    public double high() {
        return high;
    }

    /** Verdicts it rests on. */
    public long n() {
        return n;
    }

    /** Human labels of the positive class that it was corrected by. */
    public int positiveLabels() {
        return positiveLabels;
    }

    public int negativeLabels() {
        return negativeLabels;
    }
}
