package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;

/** Who reviews a study's proposals. */
enum ReviewMode {
    /** People, over REST; the study waits for them. */
    PEOPLE("people"),
    /** Two automatic reviewers that say they are automatic: no person looked. */
    STAND_IN("stand-in");

    private final String wireName;

    ReviewMode(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }

    static ReviewMode named(String wireName) {
        for (ReviewMode mode : values()) {
            if (mode.wireName.equals(wireName)) {
                return mode;
            }
        }
        throw new FieldProblem("review", wireName, "people or stand-in");
    }
}
