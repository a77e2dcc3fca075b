package io.concordance.interp.probe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.release.Pooling;

/**
 * A direction that reads prompts, and what it has to do with the bad outcomes of an arm.
 *
 * @param index its row in the probe set
 * @param fittedOn rows that it was fitted on
 * @param screen on documents that did not fit it
 * @param calibration threshold chosen on other documents, and what exceeds it on others again
 */
public record Probe(
        int index,
        Kind kind,
        FittedOn fittedOn,
        Pooling pooling,
        String arm,
        String armKind,
        Screen screen,
        Calibration calibration) {

    public enum Kind {
        /** Logistic regression. */
        @JsonProperty("logistic")
        LOGISTIC,
        /** From the mean of ok rows to the mean of bad ones. */
        @JsonProperty("mass-mean")
        MASS_MEAN,
        /** The control: Gaussian in standardised values, its sign that of the mass-mean direction. */
        @JsonProperty("random")
        RANDOM
    }

    /** What a row of a prompt is. */
    public enum FittedOn {
        @JsonProperty("tokens")
        TOKENS,
        /** The mean over its tokens. */
        @JsonProperty("documents")
        DOCUMENTS,
        /** Its last token, where the model begins to answer. */
        @JsonProperty("last")
        LAST
    }

    public boolean control() {
        return kind == Kind.RANDOM;
    }
}
