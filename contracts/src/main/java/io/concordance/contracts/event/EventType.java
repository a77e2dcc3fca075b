package io.concordance.contracts.event;

/** Every kind of message there is: its data record and its topic. The type name on the wire is the record's name. */
public enum EventType {
    CAPTURE_JOB_ACCEPTED(CaptureJobAccepted.class, Topics.CAPTURE_JOB_ACCEPTED),
    CAPTURE_JOB_ENDED(CaptureJobEnded.class, Topics.CAPTURE_JOB_ENDED),
    SLICE_QUEUED(SliceQueued.class, Topics.CAPTURE_SLICES),
    SHARD_WRITTEN(ShardWritten.class, Topics.SHARD_WRITTEN),
    DIRECTIONS_FOUND(DirectionsFound.class, Topics.DIRECTIONS_FOUND),
    DICTIONARY_CHECKPOINTED(DictionaryCheckpointed.class, Topics.DICTIONARY_CHECKPOINTED),
    SHARD_QUARANTINED(ShardQuarantined.class, Topics.SHARD_QUARANTINED),
    FEATURE_DISCOVERED(FeatureDiscovered.class, Topics.FEATURE_DISCOVERED),
    FEATURE_EXPLAINED(FeatureExplained.class, Topics.FEATURE_EXPLAINED),
    FEATURE_POSITIONED(FeaturePositioned.class, Topics.FEATURE_POSITIONED),
    FEATURE_SCORED(FeatureScored.class, Topics.FEATURE_SCORED),
    FEATURE_ATTRIBUTED(FeatureAttributed.class, Topics.FEATURE_ATTRIBUTED),
    RELEASE_PUBLISHED(ReleasePublished.class, Topics.RELEASE_PUBLISHED),
    SIGHTING_REPORTED(SightingReported.class, Topics.SIGHTING_REPORTED),
    SESSION_TERMINATION_RECOMMENDED(SessionTerminationRecommended.class, Topics.SESSION_TERMINATION_RECOMMENDED),
    ROLLBACK_RECOMMENDED(RollbackRecommended.class, Topics.ROLLBACK_RECOMMENDED);

    private final Class<?> data;
    private final String topic;

    EventType(Class<?> data, String topic) {
        this.data = data;
        this.topic = topic;
    }

    public Class<?> data() {
        return data;
    }

    public String topic() {
        return topic;
    }

    public String typeName() {
        return data.getSimpleName();
    }

    public static EventType of(Class<?> data) {
        for (EventType type : values()) {
            if (type.data == data) {
                return type;
            }
        }
        throw new IllegalArgumentException("not an event's data: " + data);
    }

    public static EventType named(String typeName) {
        for (EventType type : values()) {
            if (type.typeName().equals(typeName)) {
                return type;
            }
        }
        throw new IllegalArgumentException("unknown event type: " + typeName);
    }
}
