package io.concordance.capture.slice;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import io.concordance.kit.trace.Traces;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Sends filled parts to the object store while the model goes on with the next ones. */
final class PartUploads implements AutoCloseable {
    private final ObjectStore objects;
    private final ExecutorService senders;

    /** @param threads objects that are sent at once */
    PartUploads(ObjectStore objects, int threads) {
        this.objects = objects;
        this.senders = Traces.carrying(Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("shard-upload-", 0).daemon().factory()));
    }

    Slice slice() {
        return new Slice();
    }

    /** The parts of one slice on their way. Used by one thread; closing waits until none is on its way any more. */
    final class Slice implements AutoCloseable {
        private final List<SlicePart> parts = new ArrayList<>();
        private final List<List<CompletableFuture<ObjectRef>>> sent = new ArrayList<>();

        /**
         * Sends the shards of a filled part and gives its block back when all are through.
         *
         * @param keys of the shard at each hook
         */
        void send(SlicePart part, NativeMemory.Block block, List<String> keys) {
            List<CompletableFuture<ObjectRef>> shards = new ArrayList<>();
            for (int h = 0; h < keys.size(); h++) {
                String key = keys.get(h);
                MemorySegment shard = part.shard(block.bytes(), h);
                shards.add(CompletableFuture.supplyAsync(() -> store(key, shard), senders));
            }
            parts.add(part);
            sent.add(shards);
            CompletableFuture<Void> through = CompletableFuture.allOf(shards.toArray(CompletableFuture[]::new));
            through.whenComplete((nothing, failure) -> block.close());
        }

        /** Throws what went wrong with a part so far, if anything did. */
        void check() {
            sent.stream()
                    .flatMap(List::stream)
                    .filter(CompletableFuture::isCompletedExceptionally)
                    .forEach(Slice::result);
        }

        /** Every part once it is durable. */
        List<SliceShards.Part> stored() {
            List<SliceShards.Part> stored = new ArrayList<>();
            for (int p = 0; p < parts.size(); p++) {
                stored.add(new SliceShards.Part(
                        parts.get(p).rows(),
                        parts.get(p).documents(),
                        sent.get(p).stream().map(Slice::result).toList()));
            }
            return stored;
        }

        private static ObjectRef result(CompletableFuture<ObjectRef> shard) {
            try {
                return shard.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException unchecked ? unchecked : e;
            }
        }

        @Override
        public void close() {
            for (List<CompletableFuture<ObjectRef>> shards : sent) {
                CompletableFuture.allOf(shards.toArray(CompletableFuture[]::new))
                        .handle((nothing, failure) -> nothing)
                        .join();
            }
        }
    }

    /** A key that already holds the same rows keeps its bytes: other processors round the last bit differently. */
    private ObjectRef store(String key, MemorySegment bytes) {
        StoredObject stored;
        try {
            stored = objects.putIfAbsent(key, bytes, "application/octet-stream");
        } catch (ObjectStoreException.Conflict conflict) {
            byte[] earlier = objects.get(key, bytes.byteSize());
            if (!SameRows.of(MemorySegment.ofArray(earlier), bytes)) {
                throw conflict;
            }
            stored = new StoredObject(key, Digests.sha256(earlier), earlier.length);
        }
        return new ObjectRef(objects.bucket(), stored.key(), stored.sha256(), stored.bytes());
    }

    @Override
    public void close() {
        senders.close();
    }
}
