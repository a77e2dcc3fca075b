package io.concordance.interp.explanation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.concordance.interp.chat.ChatWork;
import io.concordance.interp.score.ScorerKind;
import java.util.List;

/**
 * An accepted wish and how far it is.
 *
 * @param adopted features whose label now stands in place of the offline one
 * @param unparsed features for which the model said something that is no label
 */
record ExplanationOrder(
        @JsonUnwrapped ChatWork work, String dictionary, List<ScorerKind> scorers, int adopted, int unparsed) {}
