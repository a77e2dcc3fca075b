package io.concordance.registry.study.peer;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What must fit between two models whose rows are read by one dictionary. */
public record ModelFacts(
        @Nullable String tokenizerDigest, @Nullable List<Hook> hooks) {

    /** @param name canonical; {@code alias} short */
    public record Hook(String name, @Nullable String alias, int width) {}

    /** Values a row at a hook by either of its names; empty where the model has no such hook. */
    public OptionalInt width(String hook) {
        return hooks == null
                ? OptionalInt.empty()
                : hooks.stream()
                        .filter(one -> one.name().equals(hook) || hook.equals(one.alias()))
                        .mapToInt(Hook::width)
                        .findFirst();
    }
}
