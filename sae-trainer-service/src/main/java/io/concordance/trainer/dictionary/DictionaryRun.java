package io.concordance.trainer.dictionary;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.dictionary.ImportedFrom;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary run and how far it has come.
 *
 * @param steps of the whole run
 * @param tokens rows trained on so far, counting every epoch
 * @param tokensTotal of the whole run: steps times batch
 * @param metrics of the last hundredth of the run
 * @param rows null until it began
 * @param generation 1, or one more than that of the dictionary it continues
 * @param lastPublished the latest dictionary it published before its end
 * @param features features announced by {@code FeatureDiscovered} events; 0 until completed
 * @param digest of the finished dictionary
 * @param objectPrefix of the finished dictionary's files, ends in a slash
 * @param problem why it failed
 * @param imported where the dictionary comes from that is measured here instead of trained; steps then are slices
 */
public record DictionaryRun(
        UUID id,
        String name,
        State state,
        long step,
        long steps,
        long tokens,
        long tokensTotal,
        @Nullable Metrics metrics,
        Coverage coverage,
        @Nullable Rows rows,
        Quarantine quarantined,
        int generation,
        @Nullable Published lastPublished,
        int features,
        @Nullable String digest,
        @Nullable String objectPrefix,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt,
        Config config,
        @Nullable ImportedFrom imported) {

    /**
     * Rows captured so far for the run, and how many of them the first epoch has used.
     *
     * @param heldOut rows captured so far in slices that are never trained on
     */
    public record Coverage(long rows, long seen, long heldOut) {}

    /** What the run leaves out because it cannot be what was announced. */
    public record Quarantine(int shards, long rows) {}

    /**
     * A dictionary that the run published on its way; of a run that failed, that of its last good checkpoint.
     *
     * @param objectPrefix where its files lie, ends in a slash
     */
    public record Published(long step, long tokens, String digest, String objectPrefix) {}

    /**
     * What the run has found out about its rows.
     *
     * @param sameDocument how often two rows of a batch are of one document
     * @param position how much of the variance of the rows their position explains; null until rows were looked at
     */
    public record Rows(SameDocument sameDocument, @Nullable PositionShare position) {

        /**
         * @param rate share of the pairs of rows of a batch
         * @param ideal the same if all rows of an epoch were shuffled together
         * @param ratio of the two
         */
        public record SameDocument(double rate, double ideal, double ratio) {}

        /**
         * @param eta2 share of the variance
         * @param omega2 corrected for chance
         * @param rows that were looked at
         * @param positions of those rows
         * @param subtracted whether the run learns without it
         */
        public record PositionShare(double eta2, double omega2, long rows, int positions, boolean subtracted) {}
    }

    /** The run as accepted, every default filled in. */
    public record Config(
            List<UUID> jobs,
            String hook,
            List<String> arms,
            int width,
            int k,
            Activation activation,
            long tokens,
            long seed,
            int batch,
            double learningRate,
            int windowRows,
            int auxiliaryK,
            long deadAfter,
            double heldOut,
            @Nullable String from,
            long publishEvery,
            InputSpec input) {

        static Config of(RunSpec spec) {
            TrainConfig train = spec.train();
            return new Config(
                    spec.jobs(),
                    spec.hook(),
                    spec.arms(),
                    train.width(),
                    spec.imported() == null ? train.k() : spec.imported().k(),
                    train.activation(),
                    train.tokens(),
                    train.seed(),
                    train.batch(),
                    train.learningRate(),
                    train.windowRows(),
                    train.auxiliaryK(),
                    train.deadAfter(),
                    train.heldOut(),
                    spec.from() == null ? null : spec.from().dictionary(),
                    spec.publishEvery(),
                    spec.input());
        }
    }

    public enum State {
        /** For its turn or for its next shard. */
        WAITING,
        TRAINING,
        COMPLETED,
        FAILED,
        CANCELLED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }

        boolean isFinal() {
            return this != WAITING && this != TRAINING;
        }
    }

    /** A point of the metrics history. */
    public record MetricPoint(
            long step, long tokens, @JsonUnwrapped Metrics metrics) {}
}
