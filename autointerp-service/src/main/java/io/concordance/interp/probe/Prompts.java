package io.concordance.interp.probe;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.DocumentInfo;
import io.concordance.interp.evidence.ShardSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Documents of learning shards, one at a time, up to the first token that the model wrote: what a probe reads, in fitting
 * as in monitoring, so that it cannot learn to tell prompts from answers.
 */
final class Prompts {
    private Prompts() {}

    /** Receives a document; the array is used again. */
    @FunctionalInterface
    interface Reader {
        /** @param activations {@code [tokens, d]} row-major */
        void read(DocumentInfo document, float[] activations, int tokens);
    }

    /** Receives a whole document; the array is used again. */
    @FunctionalInterface
    interface WholeReader {
        /**
         * @param activations {@code [tokens, d]} row-major
         * @param prompt tokens before the first one that the model wrote
         */
        void read(DocumentInfo document, float[] activations, int tokens, int prompt);
    }

    /**
     * @param seed of splits
     * @param wanted which documents to read
     * @throws FieldProblem when a shard is not a learning shard of width d, or an activation is not finite
     * @throws InterruptedException between two shards
     */
    static void read(
            List<? extends ShardSource> shards, int d, long seed, Predicate<DocumentInfo> wanted, Reader reader)
            throws InterruptedException {
        for (ShardSource source : shards) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            try (Shard shard = learning(source.fetch(), d)) {
                read(
                        shard,
                        seed,
                        wanted,
                        false,
                        (document, activations, tokens, prompt) -> reader.read(document, activations, tokens));
            } catch (FieldProblem e) {
                throw e.inside("shard " + source.job() + "/" + source.slice());
            } finally {
                source.done();
            }
        }
    }

    /**
     * All documents of a shard, past the first token that the model wrote.
     *
     * @throws FieldProblem as {@link #read}
     */
    static void readWhole(Path file, int d, long seed, WholeReader reader) {
        try (Shard shard = learning(file, d)) {
            read(shard, seed, document -> true, true, reader);
        }
    }

    private static Shard learning(Path file, int d) {
        Shard shard = Shard.open(file);
        try {
            require("role", shard.header().role(), "learning");
            require("width", Integer.toString(shard.width()), Integer.toString(d));
            return shard;
        } catch (FieldProblem e) {
            shard.close();
            throw e;
        }
    }

    private static void read(
            Shard shard, long seed, Predicate<DocumentInfo> wanted, boolean whole, WholeReader reader) {
        int[] documents = shard.documents();
        byte[] spans = shard.spans();
        byte[] outcomes = shard.outcomes();
        Arm arm = new Arm(shard.header().arm(), shard.header().armKind());
        float[] activations = new float[0];
        for (int from = 0; from < documents.length; ) {
            int to = from;
            int prompt = -1;
            while (to < documents.length && documents[to] == documents[from]) {
                if (prompt < 0 && spans[to] == Span.Kind.OUTPUT.code()) {
                    prompt = to - from;
                }
                to++;
            }
            int tokens = whole || prompt < 0 ? to - from : prompt;
            String id = shard.documentIds().get(documents[from]);
            DocumentInfo info = new DocumentInfo(arm, id, Outcome.ofCode(outcomes[from]), DocumentSplit.key(seed, id));
            if (tokens > 0 && wanted.test(info)) {
                if (activations.length < tokens * shard.width()) {
                    activations = new float[tokens * shard.width()];
                }
                shard.activations(from, tokens, activations, 0);
                finite(activations, tokens * shard.width());
                reader.read(info, activations, tokens, prompt < 0 ? tokens : prompt);
            }
            from = to;
        }
    }

    private static void finite(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
                throw new FieldProblem("activation", values[i], "a finite number");
            }
        }
    }

    private static void require(String field, String given, String allowed) {
        if (!given.equals(allowed)) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}
