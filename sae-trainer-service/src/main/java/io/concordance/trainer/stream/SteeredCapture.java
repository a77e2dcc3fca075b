package io.concordance.trainer.stream;

import java.util.List;

/**
 * A capture of a steered model that is learnt from, and the same tokens unsteered.
 *
 * @param field of the request, for problems
 * @param arm name
 * @param job of the run whose rows these are
 * @param directions it was steered along, {@code [n, d]}, not orthonormal
 * @param unsteered slices of the unsteered capture
 * @param reference where those are
 */
public record SteeredCapture(
        String field, String arm, String job, List<float[]> directions, ShardOrder unsteered, ShardSource reference) {
    public SteeredCapture {
        directions = List.copyOf(directions);
    }
}
