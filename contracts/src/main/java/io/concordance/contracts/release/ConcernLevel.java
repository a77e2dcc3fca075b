package io.concordance.contracts.release;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How grave it is when a feature of concern fires in deployment. */
public enum ConcernLevel {
    /** End the session. */
    @JsonProperty("high")
    HIGH,
    /** Show it to the operator and log it. */
    @JsonProperty("medium")
    MEDIUM,
    /** Count it. */
    @JsonProperty("low")
    LOW;

    /** The name on the wire: {@code high}, {@code medium} or {@code low}. */
    public String wire() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
