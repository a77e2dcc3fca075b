package io.concordance.interp.chat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How far a model is trusted to talk about the model under study. Stated by whoever names the endpoint, and recorded. */
public enum TrustTier {
    /** Too weak to scheme along with the model under study. */
    WEAKER,
    /** As capable, and trusted on grounds of its own. */
    TRUSTED,
    /** Neither; its words are leads, not evidence. */
    UNTRUSTED;

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static TrustTier parse(String text) {
        for (TrustTier tier : values()) {
            if (tier.text().equals(text)) {
                return tier;
            }
        }
        throw new FieldProblem(
                "",
                text,
                Arrays.stream(values()).map(TrustTier::text).collect(Collectors.joining(", ", "one of ", "")));
    }
}
