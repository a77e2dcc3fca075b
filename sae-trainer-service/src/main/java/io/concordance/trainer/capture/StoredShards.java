package io.concordance.trainer.capture;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The shards of one run: found in the trainer's tables, read from the object store. */
final class StoredShards implements ShardSource {
    /** Announcements of shards may come later than the end of their job. */
    private static final Duration LATE = Duration.ofSeconds(10);

    private final PostgresCaptureRepository repository;
    private final ShardCache cache;
    private final String hook;
    private final List<String> arms;
    /** What is written never changes. */
    private final Map<ShardOrder.Slot, Written> known = new HashMap<>();

    StoredShards(PostgresCaptureRepository repository, ShardCache cache, String hook, List<String> arms) {
        this.repository = repository;
        this.cache = cache;
        this.hook = hook;
        this.arms = arms;
    }

    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        Written before = known.get(slot);
        if (before != null) {
            return Optional.of(before);
        }
        Optional<Written> found = repository.shard(UUID.fromString(slot.job()), hook, slot.slice(), arms);
        found.ifPresent(shard -> known.put(slot, shard));
        if (found.isEmpty()) {
            repository.lost(UUID.fromString(slot.job()), LATE).ifPresent(why -> {
                throw new FieldProblem("jobs", slot.job() + ", which " + why, "jobs that complete");
            });
        }
        return found;
    }

    /**
     * {@inheritDoc}
     *
     * @throws FieldProblem when the object is not the shard that was announced, or not for learning
     */
    @Override
    public void read(Written shard, float[] target, int offset) {
        int at = offset;
        for (Written.Part part : shard.parts()) {
            read(part, shard.width(), target, at);
            at += part.rows() * shard.width();
        }
    }

    private void read(Written.Part part, int width, float[] target, int offset) {
        String key = part.object().key();
        try (Shard file = Shard.open(cache.get(part.object()))) {
            if (!file.header().role().equals(CapturedJob.LEARNING)) {
                throw new FieldProblem(key + " role", file.header().role(), CapturedJob.LEARNING);
            }
            if (file.rows() != part.rows() || file.width() != width) {
                throw new FieldProblem(
                        key + " shape",
                        file.rows() + " x " + file.width(),
                        part.rows() + " x " + width + ", as announced");
            }
            file.activations(0, file.rows(), target, offset);
        }
    }
}
