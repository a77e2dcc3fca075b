package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import java.util.List;

/** Where the shards of learning jobs lie, so that a study can look at some of each arm. */
interface LearningShards {

    /** Remembers a shard of a learning job; a repeat changes nothing. */
    void add(ShardWritten shard);

    /** Whether every shard of every slice of a job is known at a hook point. */
    boolean complete(String job, String hook);

    /** The first shards of each arm of a job at a hook point, by arm, then in the order of slices and their parts. */
    List<OfArm> first(String job, String hook);

    /** All shards of a job at a hook point, in the order of slices and their parts. */
    List<OfArm> all(String job, String hook);

    record OfArm(String arm, String key, String sha256) {}
}
