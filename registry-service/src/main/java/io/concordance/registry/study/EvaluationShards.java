package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where the shards of evaluation jobs lie. */
interface EvaluationShards {

    /** Remembers a shard of an evaluation job; a repeat changes nothing. */
    void add(ShardWritten shard);

    /** The shards of a job at a hook point that are known so far, in the order of slices and of parts within one. */
    List<Located> of(String job, String hook);

    /**
     * @param slices how many slices the job has
     * @param parts how many shards this slice has at the hook point
     */
    record Located(int slice, int slices, int parts, String key, String sha256) {}

    /** Whether these are all shards of all slices. */
    static boolean complete(List<Located> located) {
        Map<Integer, List<Located>> bySlice =
                located.stream().collect(Collectors.groupingBy(Located::slice, TreeMap::new, Collectors.toList()));
        int slices = located.stream().mapToInt(Located::slices).max().orElse(Integer.MAX_VALUE);
        return bySlice.size() >= slices
                && bySlice.values().stream()
                        .allMatch(shards -> shards.size() == shards.getFirst().parts());
    }
}
