package io.concordance.interp.analysis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Settings of the autointerp service, {@code concordance.autointerp.*}. */
@ConfigMapping(prefix = "concordance.autointerp")
interface AnalysisConfig {

    /** Directory for downloaded shards, dictionaries and tokenizers. Safe to delete while the service is down. */
    Path cacheDir();

    /** Bytes of shards that are kept in it when nobody reads them. */
    @WithDefault("2147483648")
    long cacheBytes();

    /** Threads that read shards; as many as there are processors when not set. */
    OptionalInt threads();

    /**
     * {@code auto}: products in bf16 rule out most pairs where the processor has them, which compiles a C file once a start;
     * {@code off}: fp32 alone. Results are the same bits.
     */
    @WithDefault("auto")
    Screening screening();

    enum Screening {
        AUTO,
        OFF
    }

    /** Key of document splits and samples. Another seed is another analysis: change it before the first one. */
    @WithDefault("0")
    long seed();

    /** Largest {@code sae_weights.safetensors}, bytes. */
    @WithDefault("2147483000")
    long maxDictionaryBytes();

    /** Seconds of reading between two stored states of the evidence; 0 stores it after every shard. */
    @WithDefault("30")
    int evidenceSeconds();

    /** Whether a completed analysis goes on by itself when a job of its dictionary has grown. */
    @WithDefault("true")
    boolean follow();

    /** Whether probes are fitted, which reads every shard twice more. */
    @WithDefault("true")
    boolean probes();

    /** How often an object that is missing or damaged is asked for before its analysis fails. */
    @WithDefault("4")
    int fetchAttempts();

    /** Pause before the second attempt, milliseconds; each further one is twice as long. */
    @WithDefault("250")
    long fetchPauseMillis();
}
