package io.concordance.trainer.capture;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SliceRows;
import java.time.Duration;
import java.util.ArrayList;
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
     * @throws FieldProblem when an object is not the shard that was announced, or not for learning
     */
    @Override
    public SliceRows open(ShardOrder.Slot slot, Written written) {
        List<Shard> open = new ArrayList<>();
        try {
            for (Written.Part part : written.parts()) {
                Shard file = cache.open(part.object());
                open.add(file);
                check(part, written.width(), file);
            }
            return new ShardParts(open);
        } catch (RuntimeException e) {
            open.forEach(Shard::close);
            throw e;
        }
    }

    private static void check(Written.Part part, int width, Shard file) {
        String key = part.object().key();
        if (!file.header().role().equals(CapturedJob.LEARNING)) {
            throw new FieldProblem(key + " role", file.header().role(), CapturedJob.LEARNING);
        }
        if (file.rows() != part.rows() || file.width() != width) {
            throw new FieldProblem(
                    key + " shape", file.rows() + " x " + file.width(), part.rows() + " x " + width + ", as announced");
        }
    }
}
