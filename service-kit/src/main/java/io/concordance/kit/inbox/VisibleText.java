package io.concordance.kit.inbox;

/** Text from anywhere, such that none of it acts on a terminal or hides in it. */
final class VisibleText {
    private VisibleText() {}

    /**
     * The first {@code most} characters; control and format characters, among them those that turn the direction of text,
     * are written by their code, such as {@code ⟨202E⟩}. Line ends and tabs stay.
     */
    static String of(String text, int most) {
        return spelled(text, most, true);
    }

    /** As {@link #of}, on one line: line ends and tabs are written by their code too. */
    static String line(String text, int most) {
        return spelled(text, most, false);
    }

    private static String spelled(String text, int most, boolean lines) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), most) + 16);
        text.codePoints().limit(most).forEach(c -> {
            if (isHidden(c) && !(lines && (c == '\n' || c == '\t'))) {
                out.append(String.format("⟨%04X⟩", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    private static boolean isHidden(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.PRIVATE_USE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || Character.isSpaceChar(c) && c != ' ';
    }
}
