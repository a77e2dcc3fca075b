package io.concordance.registry.concern;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells people apart by their names: whatever the case, the spaces and the way that a character is written. */
final class Persons {
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cf}\\p{Cc}]");
    private static final Pattern SPACES = Pattern.compile("[\\p{Z}\\s]+");

    private Persons() {}

    static boolean same(String a, String b) {
        return key(a).equals(key(b));
    }

    private static String key(String name) {
        String compatible = Normalizer.normalize(name, Normalizer.Form.NFKC);
        String seen = UNSEEN.matcher(SPACES.matcher(compatible).replaceAll(" ")).replaceAll("");
        return seen.strip().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
