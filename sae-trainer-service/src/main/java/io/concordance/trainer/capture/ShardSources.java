package io.concordance.trainer.capture;

import io.concordance.trainer.stream.ShardSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;

/** Makes the shard source of a run. */
@ApplicationScoped
public class ShardSources {
    private final PostgresCaptureRepository repository;
    private final ShardCache cache;

    ShardSources(PostgresCaptureRepository repository, ShardCache cache) {
        this.repository = repository;
        this.cache = cache;
    }

    /**
     * @param hook canonical name
     * @param arms names of the arms to read, empty for all
     * @param width values a row
     * @param leftOut keys of shards that the run leaves out; more may be added between any two calls
     */
    public ShardSource of(String hook, List<String> arms, int width, Set<String> leftOut) {
        return new StoredShards(repository, cache, hook, arms, width, leftOut);
    }
}
