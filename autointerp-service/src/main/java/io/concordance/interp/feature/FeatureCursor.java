package io.concordance.interp.feature;

import io.concordance.contracts.problem.FieldProblem;
import org.jspecify.annotations.Nullable;

/** Where a page of features ends: the sorting number and index of its last one, written {@code number:index}. */
record FeatureCursor(double number, int index) {
    static final FeatureCursor START = new FeatureCursor(Double.NEGATIVE_INFINITY, -1);

    static FeatureCursor parse(@Nullable String text) {
        if (text == null) {
            return START;
        }
        int colon = text.indexOf(':');
        try {
            return new FeatureCursor(
                    Double.parseDouble(text.substring(0, Math.max(0, colon))),
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new FieldProblem("cursor", text, "the 'next' of an earlier page");
        }
    }

    String text() {
        return number + ":" + index;
    }
}
