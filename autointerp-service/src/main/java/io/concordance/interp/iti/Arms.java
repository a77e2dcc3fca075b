package io.concordance.interp.iti;

import java.util.Map;

/** What answers to the evaluation prompts are told apart by. */
public final class Arms {
    /** The model as it is. */
    public static final String BASE = "base";
    /** The best heads shifted. */
    public static final String ITI = "iti";
    /** A careful persona's words in front. */
    public static final String PERSONA = "persona";
    /** Ok examples in front, of the transcripts that the probes were fitted on. */
    public static final String FEW_SHOT = "few-shot";
    /** Both examples and shift. */
    public static final String STACKED = "stacked";
    /** The same heads, as far in random directions. */
    public static final String RANDOM_DIRECTIONS = "random-directions";
    /** Other heads, as far along their own directions. */
    public static final String RANDOM_HEADS = "random-heads";

    private Arms() {}

    /**
     * The answers of an arm, by prompt.
     *
     * @throws IllegalArgumentException without it
     */
    public static Map<String, Told> answers(Map<String, Map<String, Told>> told, String arm) {
        Map<String, Told> answers = told.get(arm);
        if (answers == null) {
            throw new IllegalArgumentException("no arm " + arm + " among " + told.keySet());
        }
        return answers;
    }
}
