package io.concordance.trainer.capture;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of hook points: {@code resid_post.2} is short for {@code blocks.2.hook_resid_post}. */
public final class HookNames {
    private static final Pattern SHORT = Pattern.compile("resid_(pre|post)\\.(\\d{1,4})");

    private HookNames() {}

    /** The canonical form of a short name; any other name as it is. */
    public static String canonical(String name) {
        Matcher matcher = SHORT.matcher(name);
        return matcher.matches() ? "blocks." + matcher.group(2) + ".hook_resid_" + matcher.group(1) : name;
    }
}
