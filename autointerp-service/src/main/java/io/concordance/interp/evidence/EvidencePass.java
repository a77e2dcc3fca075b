package io.concordance.interp.evidence;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.interp.encode.Encoding;
import io.concordance.interp.encode.Encodings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Reads shards with several threads and merges them in the order given, so that the result does not depend on the number
 * of threads. At most two shards a thread are in flight.
 */
public final class EvidencePass {
    private static final int AHEAD = 2;

    private final Dictionary dictionary;
    private final EvidenceOptions options;
    private final int threads;
    private final boolean screening;

    public EvidencePass(Dictionary dictionary, EvidenceOptions options, int threads) {
        this(dictionary, options, threads, false);
    }

    /** @param screening whether bf16 products may rule features out first, where that is faster; it changes no bit */
    public EvidencePass(Dictionary dictionary, EvidenceOptions options, int threads, boolean screening) {
        this.dictionary = dictionary;
        this.options = options;
        this.threads = threads;
        this.screening = screening;
    }

    /**
     * Reads all shards.
     *
     * @param progress told the number of merged shards after each
     * @throws RuntimeException of the first shard, in order, that cannot be read
     */
    public Evidence run(List<? extends ShardSource> shards, IntConsumer progress) throws InterruptedException {
        Evidence evidence = new Evidence(options, dictionary.features());
        extend(evidence, shards, progress);
        return evidence;
    }

    /**
     * Goes on after the shards that evidence already holds.
     *
     * @param shards all shards, those it holds first
     * @param progress told the number of merged shards after each, on the calling thread, while the evidence stands still
     * @throws RuntimeException of the first shard, in order, that cannot be read; the evidence then holds those before it
     */
    public void extend(Evidence evidence, List<? extends ShardSource> shards, IntConsumer progress)
            throws InterruptedException {
        Supplier<Encoding> encodings = screening ? Encodings.screened(dictionary) : Encodings.of(dictionary);
        ThreadLocal<ShardReader> reader =
                ThreadLocal.withInitial(() -> new ShardReader(dictionary, encodings.get(), options));
        AtomicReference<Bars> bars = new AtomicReference<>(evidence.bars());
        Deque<Future<ShardEvidence>> ahead = new ArrayDeque<>();
        ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("evidence-", 0).daemon().factory());
        try {
            int next = evidence.shards();
            for (int merged = evidence.shards(); merged < shards.size(); merged++) {
                while (next < shards.size() && ahead.size() < threads * AHEAD) {
                    ShardSource source = shards.get(next++);
                    ahead.add(workers.submit(() -> reader.get().read(source, bars::get)));
                }
                evidence.add(result(ahead.remove()));
                bars.set(evidence.bars());
                progress.accept(merged + 1);
            }
        } finally {
            workers.shutdownNow();
            workers.close();
        }
    }

    private static ShardEvidence result(Future<ShardEvidence> shard) throws InterruptedException {
        try {
            return shard.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
