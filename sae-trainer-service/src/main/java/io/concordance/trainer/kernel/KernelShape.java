package io.concordance.trainer.kernel;

/**
 * The sizes one set of kernels is built for.
 *
 * @param width d, length of an activation row
 * @param features F, number of dictionary features
 * @param batch B, rows of every step
 */
public record KernelShape(int width, int features, int batch) {

    /** Every reduction runs over this many interleaved partial sums, whatever the vector length of the CPU. */
    static final int LANES = 16;

    public KernelShape {
        positive("width", width);
        positive("features", features);
        positive("batch", batch);
        long largest = Math.max((long) features, 2L * batch) * padded(width);
        if (largest > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("features x width or batch x width exceeds 2^31 floats: " + largest);
        }
    }

    /** Row length in the kernels' own buffers: d rounded up to whole lanes; the padding is zero. */
    int stride() {
        return padded(width);
    }

    private static int padded(int width) {
        return (width + LANES - 1) / LANES * LANES;
    }

    private static void positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": given " + value + ", allowed > 0");
        }
    }
}
