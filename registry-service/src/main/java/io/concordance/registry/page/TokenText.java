package io.concordance.registry.page;

/** A token's text with everything in it visible. */
final class TokenText {
    private TokenText() {}

    /** Spaces as {@code ·}, line ends as {@code ↵}, tabs as {@code ⇥}, other control characters by their code. */
    static String visible(String text) {
        if (text.isEmpty()) {
            return "∅";
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case ' ' -> out.append('·');
                case '\n' -> out.append('↵');
                case '\t' -> out.append('⇥');
                default -> {
                    int type = Character.getType(c);
                    boolean hidden = type == Character.CONTROL || type == Character.FORMAT || Character.isSpaceChar(c);
                    if (hidden) {
                        out.append(String.format("⟨%04X⟩", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.toString();
    }
}
