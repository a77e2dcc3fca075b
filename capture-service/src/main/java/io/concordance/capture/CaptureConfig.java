package io.concordance.capture;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of the capture service, {@code concordance.capture.*}. */
@ConfigMapping(prefix = "concordance.capture")
public interface CaptureConfig {

    /** Directory for downloaded models and transcripts. Safe to delete while the service is down. */
    Path cacheDir();

    Model model();

    Transcripts transcripts();

    Slice slice();

    Intervention intervention();

    /** What this process does. */
    @WithDefault("both")
    Role role();

    /** Where models run: {@code cpu}, {@code cuda:N}, or {@code auto} for the first CUDA device if there is one. */
    @WithDefault("auto")
    String device();

    Cuda cuda();

    /** Slices that models work on at once, each by one thread. */
    @WithDefault("2")
    int workers();

    /**
     * Slices taken off the work topic at once. One more than {@link #workers()} and no model waits for the last shards of
     * a slice to be durable.
     */
    @WithDefault("3")
    int consumers();

    /** {@code api} answers requests, {@code worker} runs slices, {@code both} does either. */
    enum Role {
        API,
        WORKER,
        BOTH
    }

    /** Settings of a CUDA device. */
    interface Cuda {
        /** Most bytes of device memory that models take, 0 for no limit. */
        @WithDefault("0")
        long memoryBytes();
    }

    /** Limits on models. */
    interface Model {
        /** Largest ONNX file, bytes. The format itself ends at 2 GiB. */
        @WithDefault("2147483647")
        long maxOnnxBytes();

        /** Most external data of a model, bytes over all its files. */
        @WithDefault("17179869184")
        long maxDataBytes();

        /** Folders below which models may be registered in place; none when absent. */
        Optional<List<Path>> folders();

        /** Buckets, besides the platform's own, that models may be registered from. */
        Optional<List<String>> buckets();

        /** Size that local copies of models are kept to, bytes. */
        @WithDefault("34359738368")
        long cacheBytes();

        /** Largest tokenizer file, bytes. */
        @WithDefault("67108864")
        long maxTokenizerBytes();

        /** Largest unembedding matrix that is stored beside a model, bytes; a model with a larger one has none. */
        @WithDefault("536870912")
        long maxUnembeddingBytes();

        /** Longest input that is ever run, tokens; longer documents are cut, and counted in their job. */
        @WithDefault("2048")
        int maxContext();

        /** Models kept ready to run, one for each (model, hooks, dtype). */
        @WithDefault("4")
        int loaded();
    }

    /** Limits on uploaded transcripts. */
    interface Transcripts {
        @WithDefault("1073741824")
        long maxBytes();

        @WithDefault("1048576")
        int maxLineBytes();

        @WithDefault("1000000")
        int maxDocuments();
    }

    /** Limits on interventions and their metrics. */
    interface Intervention {
        /** Largest weights file of a dictionary, bytes. */
        @WithDefault("1073741824")
        long maxDictionaryBytes();

        /** Most native memory for the logits of one document, bytes; its clean and its changed ones are held at once. */
        @WithDefault("1073741824")
        long maxLogitBytes();
    }

    /** How work is cut and run. */
    interface Slice {
        /** Estimated tokens of a slice. */
        @WithDefault("8192")
        int tokens();

        /** Most documents of a slice. */
        @WithDefault("4096")
        int documents();

        /** Characters counted as one token when work is cut. */
        @WithDefault("4")
        int charactersPerToken();

        /** Most bytes of transcripts of a slice; a longer line is a slice alone. */
        @WithDefault("16777216")
        long bytes();

        /** Tokens of one model run, padding included. */
        @WithDefault("4096")
        int batchTokens();

        /**
         * Bytes of activations, over all hooks, after which a slice's rows go on in further shards. A worker holds three
         * such blocks of native memory: outputs of the model, rows being filled, rows on their way to the object store.
         */
        @WithDefault("67108864")
        long partBytes();

        /** Most bytes of activations, over all hooks, of one document, which is never divided between shards. */
        @WithDefault("268435456")
        long documentBytes();
    }
}
