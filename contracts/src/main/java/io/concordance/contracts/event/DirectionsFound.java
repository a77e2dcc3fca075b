package io.concordance.contracts.event;

/**
 * Steering directions of one radius of a search are durable.
 *
 * @param source hook where they are added; {@code target} where their change is measured, a hook or {@code logits}
 * @param radius length in units of {@code norm}, the mean length of the stream at the source
 * @param directions how many, and as many controls
 * @param object a {@link io.concordance.contracts.search.DirectionsFile}
 */
public record DirectionsFound(
        String jobId,
        String model,
        int slice,
        int slices,
        String source,
        String target,
        double radius,
        double norm,
        int directions,
        ObjectRef object) {}
