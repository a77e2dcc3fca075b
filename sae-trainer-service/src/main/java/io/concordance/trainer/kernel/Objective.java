package io.concordance.trainer.kernel;

import java.util.Arrays;

/**
 * What a step minimises besides the choice of pairs. The gradients of the penalties are given ready for a single pair;
 * their values are the caller's business.
 *
 * @param prefixes numbers of leading features that must reconstruct the row on their own, ascending, the last one all of
 *     them; the loss is the mean over prefixes (Bussmann et al., Matryoshka sparse autoencoders, 2025)
 * @param activationPenalty dL/dz of a penalty on the sum of activations, added to every active pair
 * @param thresholdPenalty dL/d(number of pairs) of a penalty on the number of active pairs; reaches the thresholds alone
 * @param bandwidth width of the rectangle kernel that stands for the derivative of the step at a threshold
 *     (Rajamanoharan et al. 2024, equations 11 and 12); 0 leaves thresholds alone
 */
public record Objective(int[] prefixes, float activationPenalty, float thresholdPenalty, float bandwidth) {

    public Objective {
        if (prefixes.length == 0 || prefixes[0] <= 0) {
            throw new IllegalArgumentException("prefixes: given " + Arrays.toString(prefixes) + ", allowed 1 and more");
        }
        for (int i = 1; i < prefixes.length; i++) {
            if (prefixes[i] <= prefixes[i - 1]) {
                throw new IllegalArgumentException(
                        "prefixes: given " + Arrays.toString(prefixes) + ", allowed ascending");
            }
        }
        prefixes = prefixes.clone();
    }

    /** The squared error of the whole reconstruction and nothing else. */
    public static Objective reconstruction(int features) {
        return new Objective(new int[] {features}, 0, 0, 0);
    }

    /** A copy. */
    @Override
    public int[] prefixes() {
        return prefixes.clone();
    }

    int count() {
        return prefixes.length;
    }

    int end(int prefix) {
        return prefixes[prefix];
    }

    /** dL/de of one coordinate is this times e, for every prefix. */
    float outputCoefficient(KernelShape shape) {
        return (float) (-2.0 / ((double) shape.batch() * shape.width() * prefixes.length));
    }
}
