package io.concordance.trainer.identity;

import org.jspecify.annotations.Nullable;

/**
 * What became of the feature at one index. A place that another feature took has two: {@link Change#RETIRED} and
 * {@link Change#NEW}.
 *
 * @param from index that it had in the dictionary before: another one with {@link Change#SPLIT} alone
 * @param cosine between the decoder directions before and after
 * @param agreement rows on which both fired over rows on which either did; null with fewer than 10 of the latter
 */
public record Verdict(
        int index,
        int from,
        Change change,
        double cosine,
        @Nullable Double agreement) {

    Verdict(int index, Change change, double cosine, @Nullable Double agreement) {
        this(index, index, change, cosine, agreement);
    }
}
