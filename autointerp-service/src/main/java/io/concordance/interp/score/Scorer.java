package io.concordance.interp.score;

import io.concordance.interp.chat.Chat;
import io.concordance.interp.label.LabelMaterial;

/** Scores a label against the score windows of a feature. Deterministic but for the model that it asks. */
public interface Scorer {
    /** With fewer windows of either class an interval says nothing. */
    int FEWEST = 5;

    ScorerKind kind();

    /**
     * @param label of this feature or, as a control, of another
     * @throws io.concordance.interp.chat.ChatFailure when the model gives no answer
     */
    Score score(String label, LabelMaterial material, Chat chat);
}
