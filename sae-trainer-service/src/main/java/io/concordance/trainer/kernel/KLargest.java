package io.concordance.trainer.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The k largest of a short run of floats, exact. */
final class KLargest {
    private static final VectorSpecies<Float> FLOATS = VectorOps.SPECIES;
    private static final int LENGTH = FLOATS.length();

    private KLargest() {}

    /**
     * The k-th largest of {@code values[at .. at + n)}, or 0 when fewer than k are positive. Positive floats order like their
     * bits, so it is found by halving the range of bits that it may have.
     */
    static float kth(float[] values, int at, int n, int k) {
        int low = 0;
        int high = Float.floatToRawIntBits(Math.max(0, largest(values, at, n))) + 1;
        while (high - low > 1) {
            int middle = low + high >>> 1;
            float border = Float.intBitsToFloat(middle);
            int count = countAtLeast(values, at, n, border);
            if (count == k) {
                return smallestAtLeast(values, at, n, border);
            }
            if (count > k) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Float.intBitsToFloat(low);
    }

    private static float largest(float[] values, int at, int n) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = at; i < at + n; i++) {
            largest = Math.max(largest, values[i]);
        }
        return largest;
    }

    private static float smallestAtLeast(float[] values, int at, int n, float border) {
        float smallest = Float.POSITIVE_INFINITY;
        for (int i = at; i < at + n; i++) {
            smallest = values[i] >= border ? Math.min(smallest, values[i]) : smallest;
        }
        return smallest;
    }

    private static int countAtLeast(float[] values, int at, int n, float border) {
        int count = 0;
        int i = 0;
        for (; i + LENGTH <= n; i += LENGTH) {
            count += FloatVector.fromArray(FLOATS, values, at + i)
                    .compare(VectorOperators.GE, border)
                    .trueCount();
        }
        for (; i < n; i++) {
            if (values[at + i] >= border) {
                count++;
            }
        }
        return count;
    }

    /**
     * Leaves the k largest of n > k positive values with their features, in their order; of equal ones the first.
     *
     * @param kth the k-th largest
     */
    static void keep(float[] values, int[] features, int at, int n, int k, float kth) {
        int ties = k - (Float.isFinite(kth) ? countAtLeast(values, at, n, Math.nextUp(kth)) : 0);
        int kept = at;
        for (int i = at; i < at + n; i++) {
            float z = values[i];
            if (z > kth || (z == kth && ties-- > 0)) {
                values[kept] = z;
                features[kept] = features[i];
                kept++;
            }
        }
    }
}
