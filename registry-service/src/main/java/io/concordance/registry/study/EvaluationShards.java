package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import java.util.List;

/** Where the shards of evaluation jobs lie. */
interface EvaluationShards {

    /** Remembers a shard of an evaluation job; a repeat changes nothing. */
    void add(ShardWritten shard);

    /** The shards of a job at a hook point that are known so far, in slice order. */
    List<Located> of(String job, String hook);

    /** @param slices how many shards the job has at the hook point */
    record Located(int slice, int slices, String key, String sha256) {}
}
