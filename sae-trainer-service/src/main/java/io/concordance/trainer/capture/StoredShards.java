package io.concordance.trainer.capture;

import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.trainer.stream.BadShard;
import io.concordance.trainer.stream.BadShard.Reason;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SliceRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The shards of one run: found in the trainer's tables, read from the object store. */
final class StoredShards implements ShardSource {
    /** Announcements of shards may come later than the end of their job. */
    private static final Duration LATE = Duration.ofSeconds(10);

    private final PostgresCaptureRepository repository;
    private final ShardCache cache;
    private final String hook;
    private final List<String> arms;
    private final int width;
    private final Set<String> leftOut;
    private final ShardCheck check;
    /** Keys of shards whose every value was looked at. */
    private final Set<String> sound = new HashSet<>();
    /** What is written never changes. */
    private final Map<ShardOrder.Slot, Written> known = new HashMap<>();

    StoredShards(
            PostgresCaptureRepository repository,
            ShardCache cache,
            String hook,
            List<String> arms,
            int width,
            Set<String> leftOut) {
        this.repository = repository;
        this.cache = cache;
        this.hook = hook;
        this.arms = arms;
        this.width = width;
        this.leftOut = leftOut;
        this.check = new ShardCheck(hook, width);
    }

    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        Written found = known.get(slot);
        if (found == null) {
            found = repository
                    .shard(UUID.fromString(slot.job()), hook, slot.slice(), arms)
                    .orElse(null);
            if (found == null) {
                repository.lost(UUID.fromString(slot.job()), LATE).ifPresent(why -> {
                    throw new FieldProblem("jobs", slot.job() + ", which " + why, "jobs that complete");
                });
                return Optional.empty();
            }
            known.put(slot, found);
        }
        return Optional.of(usable(found));
    }

    private Written usable(Written shard) {
        List<Written.Part> parts = shard.parts().stream()
                .filter(part -> !leftOut.contains(part.object().key()))
                .toList();
        boolean included = shard.included() && !parts.isEmpty();
        if (included && shard.width() != width) {
            throw new BadShard(
                    parts.getFirst().object(),
                    Reason.WIDTH,
                    shard.width() + " values a row, " + width + " in the other shards of the run");
        }
        return new Written(
                parts, shard.width(), included, parts.size() == shard.parts().size());
    }

    @Override
    public SliceRows open(ShardOrder.Slot slot, Written written) {
        List<Shard> open = new ArrayList<>();
        try {
            for (Written.Part part : written.parts()) {
                open.add(open(part));
            }
            return new ShardParts(open);
        } catch (RuntimeException e) {
            open.forEach(Shard::close);
            throw e;
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // owned by the caller
    private Shard open(Written.Part part) {
        Shard file = null;
        try {
            file = fetched(part.object());
            check.announced(part, file);
            if (!sound.contains(part.object().key())) {
                check.values(part, file);
                sound.add(part.object().key());
            }
            return file;
        } catch (FieldProblem | IllegalArgumentException | ArithmeticException e) {
            close(file);
            throw new BadShard(part.object(), Reason.HEADER, String.valueOf(e.getMessage()));
        } catch (BadShard e) {
            close(file);
            throw e;
        }
    }

    private static void close(@Nullable Shard file) {
        if (file != null) {
            file.close();
        }
    }

    /** Bytes that do not match are fetched a second time: the way here may have been at fault. */
    private Shard fetched(ObjectRef object) {
        try {
            return cache.open(object);
        } catch (ObjectStoreException.Missing e) {
            throw new BadShard(object, Reason.MISSING, String.valueOf(e.getMessage()));
        } catch (ObjectStoreException.Corrupted e) {
            return fetchedAgain(object);
        }
    }

    private Shard fetchedAgain(ObjectRef object) {
        try {
            return cache.open(object);
        } catch (ObjectStoreException.Corrupted e) {
            throw new BadShard(object, Reason.DIGEST, String.valueOf(e.getMessage()));
        }
    }
}
