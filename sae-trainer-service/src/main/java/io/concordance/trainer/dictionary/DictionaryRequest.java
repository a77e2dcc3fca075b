package io.concordance.trainer.dictionary;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /v1/dictionaries} takes.
 *
 * @param jobs capture jobs in the order their slices are to be read
 * @param hook canonical or short name
 * @param arms names of the arms to learn from; all when absent
 * @param width number of features
 * @param k may be absent for activation {@code standard} alone, which has no use for it
 * @param activation {@code batchtopk} (when absent), {@code topk}, {@code standard}, {@code jumprelu} or
 *     {@code matryoshka}
 * @param tokens rows to train on, counting every epoch
 * @param seed 0 when absent
 * @param batch rows a step; chosen from {@code tokens} when absent
 * @param learningRate chosen from {@code width} when absent
 * @param sparsity weight of the penalty of {@code standard} and {@code jumprelu}
 * @param prefixes nested numbers of features of {@code matryoshka}
 * @param input what is learnt from; activations as they are when absent
 * @param heldOut share of the slices that are never trained on; a twentieth when absent
 * @param from digest of a published dictionary, or id of the run that published it, whose weights training begins with;
 *     {@code hook}, {@code width}, {@code k} and {@code activation} are its own when absent, and only {@code k} may be another
 * @param publishEvery rows between dictionaries that are published on the way; only the last one when absent
 */
record DictionaryRequest(
        @Nullable String name,
        @Nullable List<@Nullable String> jobs,
        @Nullable String hook,
        @Nullable List<@Nullable String> arms,
        @Nullable Integer width,
        @Nullable Integer k,
        @Nullable String activation,
        @Nullable Long tokens,
        @Nullable Long seed,
        @Nullable Integer batch,
        @Nullable Double learningRate,
        @Nullable Double sparsity,
        @Nullable List<@Nullable Integer> prefixes,
        @Nullable InputRequest input,
        @Nullable Double heldOut,
        @Nullable String from,
        @Nullable Long publishEvery) {}
