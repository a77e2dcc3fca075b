package io.concordance.registry.concern;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a reviewer says about a proposal. */
public enum Verdict {
    @JsonProperty("approve")
    APPROVE,
    @JsonProperty("reject")
    REJECT
}
