package io.concordance.trainer.capture;

import io.concordance.trainer.stream.ShardSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

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
     */
    public ShardSource of(String hook, List<String> arms) {
        return new StoredShards(repository, cache, hook, arms);
    }
}
