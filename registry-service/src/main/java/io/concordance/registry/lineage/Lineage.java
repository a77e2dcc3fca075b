package io.concordance.registry.lineage;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a feature comes from and what became of it. The rule that decides what is the same is in docs/identity.md.
 *
 * @param fate in the dictionaries that followed its own directly
 * @param ancestors the same feature in earlier dictionaries, oldest first
 * @param descendants the same feature in later dictionaries, nearest first
 * @param retired later dictionaries that no longer have it
 */
public record Lineage(
        String uid, Fate fate, Step self, List<Step> ancestors, List<Step> descendants, List<Retirement> retired) {

    /** What became of a feature. */
    public enum Fate {
        /** No later dictionary says anything of it. */
        @JsonProperty("latest")
        LATEST,
        /** It is in every dictionary that followed, with much the same direction and firings. */
        @JsonProperty("same")
        SAME,
        /** It is in every dictionary that followed, and moved in at least one. */
        @JsonProperty("drifted")
        DRIFTED,
        /** Several features of one later dictionary come from it. */
        @JsonProperty("split")
        SPLIT,
        /** At least one dictionary that followed no longer has it. */
        @JsonProperty("retired")
        RETIRED
    }

    /**
     * A feature in one dictionary.
     *
     * @param generation of the run's dictionaries, from 1
     * @param change {@code new}, {@code kept}, {@code drifted}, {@code split} or {@code revived}; null until the dictionary announced it
     * @param earlier uid of the same feature in the dictionary before
     * @param cosine between its decoder direction there and here
     * @param agreement rows on which both fired over rows on which either did
     */
    public record Step(
            String uid,
            String dictionary,
            int index,
            @Nullable String runId,
            int generation,
            @Nullable String change,
            @Nullable String earlier,
            @Nullable Double cosine,
            @Nullable Double agreement,
            @Nullable Instant at) {}

    /** @param successor digest of the dictionary that no longer has it */
    public record Retirement(
            String successor,
            @Nullable Double cosine,
            @Nullable Double agreement,
            Instant at) {}

    public Lineage {
        ancestors = List.copyOf(ancestors);
        descendants = List.copyOf(descendants);
        retired = List.copyOf(retired);
    }

    static Lineage of(Step self, List<Step> ancestors, List<Step> descendants, List<Retirement> retired) {
        List<Step> next = descendants.stream()
                .filter(step -> self.uid().equals(step.earlier()))
                .toList();
        return new Lineage(self.uid(), fate(next, retired), self, ancestors, descendants, retired);
    }

    private static Fate fate(List<Step> next, List<Retirement> retired) {
        Map<String, Long> byDictionary =
                next.stream().collect(Collectors.groupingBy(Step::dictionary, Collectors.counting()));
        if (byDictionary.values().stream().anyMatch(count -> count > 1)) {
            return Fate.SPLIT;
        }
        if (!retired.isEmpty()) {
            return Fate.RETIRED;
        }
        if (next.isEmpty()) {
            return Fate.LATEST;
        }
        return next.stream().anyMatch(step -> "drifted".equals(step.change())) ? Fate.DRIFTED : Fate.SAME;
    }
}
