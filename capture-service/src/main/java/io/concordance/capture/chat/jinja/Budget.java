package io.concordance.capture.chat.jinja;

/**
 * What one rendering may still use up. A step is an evaluation, an item of a list that is made or gone through, or 64
 * characters of a text that is made.
 */
final class Budget {
    /** Longest text a template can make, characters. */
    private final int characters;

    private long steps;
    private int depth;

    Budget(long steps, int characters) {
        this.steps = steps;
        this.characters = characters;
    }

    void spend(long count) {
        steps -= count;
        if (steps < 0) {
            throw new JinjaException("takes too long: more steps than a chat template needs");
        }
    }

    void requireRoom(long length) {
        if (length > characters) {
            throw new JinjaException("makes a text of more than " + characters + " characters");
        }
    }

    /** Pays for a text before it is made. */
    void spendText(long length) {
        requireRoom(length);
        spend(1 + length / 64);
    }

    String text(String made) {
        spendText(made.length());
        return made;
    }

    /** One level deeper in macros or in nested values. */
    void enter() {
        if (++depth > 40) {
            throw new JinjaException("macros or values nested more than 40 deep");
        }
    }

    void leave() {
        depth--;
    }
}
