package io.concordance.contracts.dictionary;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dictionary was trained as and on. Nothing in here may differ between two runs that learnt the same thing: it is
 * part of the digest.
 *
 * @param architecture as exported: {@code standard}, {@code topk}, or {@code jumprelu} for a dictionary with thresholds
 * @param trainingArchitecture {@code standard}, {@code topk}, {@code batchtopk}, {@code jumprelu} or {@code matryoshka}
 * @param k target number of active features a row; 0 where the architecture has none
 * @param model name of the model
 * @param hook canonical hook point name
 * @param seed seed of the run
 * @param tokens rows trained on, counting every epoch; 0 when an imported dictionary does not say
 * @param l0 mean number of active features a row at the end of training, or as measured on import
 * @param fvu fraction of variance unexplained at the end of training, or as measured on import
 * @param continued what its training started from; null for random directions
 * @param importedFrom set when it was trained elsewhere
 * @param steering what was taken off rows of steered models that it learnt from; empty when it learnt from none
 */
public record DictionaryInfo(
        String architecture,
        String trainingArchitecture,
        int k,
        String model,
        String hook,
        long seed,
        long tokens,
        double l0,
        double fvu,
        @Nullable Continued continued,
        @Nullable ImportedFrom importedFrom,
        List<SteeringRemoved> steering) {

    public DictionaryInfo {
        steering = List.copyOf(steering);
    }

    /**
     * @param from digest of the dictionary that the weights started from
     * @param generation 2 for a dictionary that continues one which continues none, and so on
     */
    public record Continued(String from, int generation) {}

    /** Of a dictionary that continues none. */
    public DictionaryInfo(
            String architecture,
            String trainingArchitecture,
            int k,
            String model,
            String hook,
            long seed,
            long tokens,
            double l0,
            double fvu) {
        this(architecture, trainingArchitecture, k, model, hook, seed, tokens, l0, fvu, null, null);
    }

    /** Of a dictionary that was trained here. */
    public DictionaryInfo(
            String architecture,
            String trainingArchitecture,
            int k,
            String model,
            String hook,
            long seed,
            long tokens,
            double l0,
            double fvu,
            @Nullable Continued continued) {
        this(architecture, trainingArchitecture, k, model, hook, seed, tokens, l0, fvu, continued, null);
    }

    /** Of a dictionary that learnt from no steered model. */
    public DictionaryInfo(
            String architecture,
            String trainingArchitecture,
            int k,
            String model,
            String hook,
            long seed,
            long tokens,
            double l0,
            double fvu,
            @Nullable Continued continued,
            @Nullable ImportedFrom importedFrom) {
        this(
                architecture,
                trainingArchitecture,
                k,
                model,
                hook,
                seed,
                tokens,
                l0,
                fvu,
                continued,
                importedFrom,
                List.of());
    }

    /** The same of a dictionary that learnt from steered models too. */
    public DictionaryInfo without(List<SteeringRemoved> removed) {
        return new DictionaryInfo(
                architecture,
                trainingArchitecture,
                k,
                model,
                hook,
                seed,
                tokens,
                l0,
                fvu,
                continued,
                importedFrom,
                removed);
    }

    /**
     * Takes off rows of a steered arm what was taken off them before they were learnt from; those of other arms stay as they
     * are.
     *
     * @param rows {@code [count, d]}, changed in place
     */
    public void removeSteering(String arm, float[] rows, int count) {
        for (SteeringRemoved removed : steering) {
            if (removed.arm().equals(arm)) {
                int width = removed.shift().length;
                for (int r = 0; r < count; r++) {
                    removed.removeFrom(rows, r * width);
                }
            }
        }
    }

    /** 1 for a dictionary that continues none. */
    public int generation() {
        return continued == null ? 1 : continued.generation();
    }
}
