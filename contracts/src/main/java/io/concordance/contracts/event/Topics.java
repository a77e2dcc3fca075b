package io.concordance.contracts.event;

import java.util.List;

/** Kafka topics by name, with the partitions a fresh installation gets. */
public final class Topics {
    public static final String CAPTURE_JOB_ACCEPTED = "concordance.capture.job-accepted.v1";
    public static final String CAPTURE_JOB_ENDED = "concordance.capture.job-ended.v1";
    public static final String CAPTURE_SLICES = "concordance.capture.slices.v1";
    public static final String SHARD_WRITTEN = "concordance.capture.shard-written.v1";
    public static final String DIRECTIONS_FOUND = "concordance.capture.directions-found.v1";
    public static final String DICTIONARY_CHECKPOINTED = "concordance.dictionary.checkpointed.v1";
    public static final String SHARD_QUARANTINED = "concordance.dictionary.shard-quarantined.v1";
    public static final String FEATURE_DISCOVERED = "concordance.feature.discovered.v1";
    public static final String FEATURE_EXPLAINED = "concordance.feature.explained.v1";
    public static final String FEATURE_POSITIONED = "concordance.feature.positioned.v1";
    public static final String FEATURE_SCORED = "concordance.feature.scored.v1";
    public static final String FEATURE_ATTRIBUTED = "concordance.feature.attributed.v1";
    public static final String RELEASE_PUBLISHED = "concordance.release.published.v1";
    public static final String SIGHTING_REPORTED = "concordance.sighting.reported.v1";
    public static final String SESSION_TERMINATION_RECOMMENDED =
            "concordance.sighting.session-termination-recommended.v1";
    public static final String ROLLBACK_RECOMMENDED = "concordance.sighting.rollback-recommended.v1";

    private Topics() {}

    /** A topic and its partition count. Work that is spread over workers has many; facts keep order by key. */
    public record Topic(String name, int partitions) {}

    public static List<Topic> all() {
        return List.of(
                new Topic(CAPTURE_JOB_ACCEPTED, 1),
                new Topic(CAPTURE_JOB_ENDED, 1),
                new Topic(CAPTURE_SLICES, 16),
                new Topic(SHARD_WRITTEN, 4),
                new Topic(DIRECTIONS_FOUND, 1),
                new Topic(DICTIONARY_CHECKPOINTED, 1),
                new Topic(SHARD_QUARANTINED, 1),
                new Topic(FEATURE_DISCOVERED, 4),
                new Topic(FEATURE_EXPLAINED, 4),
                new Topic(FEATURE_POSITIONED, 4),
                new Topic(FEATURE_SCORED, 4),
                new Topic(FEATURE_ATTRIBUTED, 4),
                new Topic(RELEASE_PUBLISHED, 1),
                new Topic(SIGHTING_REPORTED, 4),
                new Topic(SESSION_TERMINATION_RECOMMENDED, 1),
                new Topic(ROLLBACK_RECOMMENDED, 1));
    }
}
