package io.concordance.registry.feature;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a feature stands in review for concern. */
public enum ReviewState {
    /** Nobody has proposed a level of concern. */
    @JsonProperty("none")
    NONE,
    @JsonProperty("proposed")
    PROPOSED,
    @JsonProperty("approved")
    APPROVED,
    @JsonProperty("rejected")
    REJECTED;

    /** The name on the wire. */
    public String wire() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
