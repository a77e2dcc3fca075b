package io.concordance.capture.chat.jinja;

/**
 * A lexical unit.
 *
 * @param text of a string its value, of anything else its characters
 * @param line line of the template, from 1
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        TEXT,
        BLOCK_BEGIN,
        BLOCK_END,
        OUTPUT_BEGIN,
        OUTPUT_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind other, String characters) {
        return kind == other && text.equals(characters);
    }
}
