package io.concordance.bench;

import java.util.Random;

/** Random numbers for benchmarks. */
final class Gaussians {
    private Gaussians() {}

    static float[] of(Random random, int n, double deviation) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }
}
