package io.concordance.registry.page;

/** Text from transcripts with everything in it visible, so that none of it can act on the page or hide on it. */
public final class TokenText {
    /** Characters of a token that are shown; a vocabulary has none that is longer, a hostile file may. */
    static final int MOST_OF_A_TOKEN = 200;

    /** Characters of a longer text that are shown. */
    static final int MOST_OF_A_TEXT = 4000;

    private TokenText() {}

    /**
     * A token: spaces as {@code ·}, line ends as {@code ↵}, tabs as {@code ⇥}, other characters that cannot be seen by their
     * code; cut where it is too long, which is said.
     */
    static String visible(String text) {
        return text.isEmpty() ? "∅" : spelled(text, MOST_OF_A_TOKEN, true);
    }

    /** A name or a sentence: spaces and line ends stay, other characters that cannot be seen are shown by their code. */
    public static String plain(String text) {
        return spelled(text, MOST_OF_A_TEXT, false);
    }

    private static String spelled(String text, int most, boolean spaces) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), most) + 16);
        text.codePoints().limit(most).forEach(c -> {
            switch (c) {
                case ' ' -> out.append(spaces ? '·' : ' ');
                case '\n' -> out.append(spaces ? '↵' : '\n');
                case '\t' -> out.append(spaces ? '⇥' : '\t');
                default -> {
                    if (isHidden(c)) {
                        out.append(String.format("⟨%04X⟩", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        if (text.length() > most && text.codePoints().skip(most).findAny().isPresent()) {
            out.append("… (").append(Format.count(text.length())).append(" characters)");
        }
        return out.toString();
    }

    /** Control and format characters, among them those that turn the direction of text, halves of pairs, odd spaces. */
    private static boolean isHidden(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.PRIVATE_USE
                || Character.isSpaceChar(c) && c != ' ';
    }
}
