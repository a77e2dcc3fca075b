package io.concordance.trainer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of the trainer, {@code concordance.trainer.*}. None of them changes a byte of a dictionary already accepted, but
 * for {@link #device} and {@link #cudaEncoding}, which do so before the run's first checkpoint and never after it.
 */
@ConfigMapping(prefix = "concordance.trainer")
public interface TrainerConfig {

    /** Directory for downloaded shards and checkpoints. Safe to delete while the service is down. */
    Path cacheDir();

    /** Bytes of downloaded shards that are kept for the next epoch. */
    @WithDefault("10737418240")
    long cacheBytes();

    /** Runs trained at the same time. */
    @WithDefault("1")
    int runs();

    /** Kernel threads a run; 0 for one a core. Any number gives the same dictionary. */
    @WithDefault("0")
    int threads();

    /**
     * What runs are trained on: {@code cpu}, the GPU {@code cuda:N}, {@code auto} for the first GPU that works, else the
     * CPU, or {@code nd4j}, the slow reference, in builds that have it. What is asked for and cannot serve keeps the service
     * from starting.
     */
    @WithDefault("auto")
    String device();

    /**
     * How a GPU multiplies rows by encoder weights: {@code cublas} (fp32), {@code cublas-tf32} or {@code in-order}, which is
     * slower and gives the bytes that the CPU gives.
     */
    @WithDefault("cublas")
    String cudaEncoding();

    /**
     * Whether the CPU sorts out pairs by bf16 products before it computes in fp32: {@code off}, {@code auto} or
     * {@code required}, with which a machine that cannot keeps the service from starting. The bytes are the same. It takes
     * an x86-64 processor with AVX-512 BF16 and a C compiler named {@code cc}.
     */
    @WithDefault("auto")
    String screening();

    /**
     * Rows that are shuffled together, for runs accepted from now on. They are read from {@link #cacheDir} as batches need
     * them, so that it should hold twice as many bytes; a run does not begin before its first window has been captured.
     */
    @WithDefault("1048576")
    int windowRows();

    /** Largest file of weights that an import takes. */
    @WithDefault("4294967296")
    long importBytes();

    /** Rows that an imported dictionary is measured on, for imports accepted from now on. */
    @WithDefault("200000")
    long importRows();

    /** Time between checkpoints; longer when writing one takes more than 3 % of it. */
    @WithDefault("5s")
    Duration checkpointEvery();

    /** Time between two signs of life of a run's holder. */
    @WithDefault("2s")
    Duration heartbeat();

    /** A run whose holder gave no sign of life for this long is taken over. */
    @WithDefault("6s")
    Duration stealAfter();

    /** How long a run waits for its next shard before it makes way for another run. */
    @WithDefault("2s")
    Duration patience();

    /** How long a run is trained before it makes way for one that waits; it goes on when its turn comes again. */
    @WithDefault("60s")
    Duration turn();

    /** How long a request waits for the announcement of a job that it names. */
    @WithDefault("5s")
    Duration announcementGrace();
}
