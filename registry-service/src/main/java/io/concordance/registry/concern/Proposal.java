package io.concordance.registry.concern;

import io.concordance.contracts.release.ConcernLevel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A proposal to give a feature a level of concern.
 *
 * @param reason why, in words
 * @param by who proposes
 * @param strategy kind of the arm that made the feature a candidate, null when it does not matter
 * @param requirements what people must have read before it is approved; null for nothing
 * @param intervention id of the inference-time intervention that it rests on, whose answers must then have been read too; null
 *     when it rests on none
 */
public record Proposal(
        ConcernLevel level,
        String reason,
        String by,
        @Nullable String strategy,
        @Nullable List<Requirement> requirements,
        @Nullable String intervention) {
    /** The strategy of proposals that rest on an inference-time intervention. */
    public static final String INTERVENTION = "inference-time-intervention";

    /** Resting on no intervention. */
    public Proposal(
            ConcernLevel level,
            String reason,
            String by,
            @Nullable String strategy,
            @Nullable List<Requirement> requirements) {
        this(level, reason, by, strategy, requirements, null);
    }

    /** The same by somebody. */
    Proposal by(String name) {
        return new Proposal(level, reason, name, strategy, requirements);
    }

    /** Without requirements. */
    public Proposal(ConcernLevel level, String reason, String by, @Nullable String strategy) {
        this(level, reason, by, strategy, null, null);
    }

    /** With these among its requirements, where it has no stricter ones of the same arm. */
    Proposal requiring(List<Requirement> readings) {
        Map<List<String>, Requirement> all = new LinkedHashMap<>();
        Stream.concat(requirements == null ? Stream.empty() : requirements.stream(), readings.stream())
                .forEach(each -> all.merge(
                        List.of(each.judging(), each.arm()),
                        each,
                        (own, more) -> new Requirement(
                                own.judging(), own.arm(), Math.max(own.items(), more.items()), own.judge())));
        return new Proposal(level, reason, by, strategy, List.copyOf(all.values()), intervention);
    }
}
