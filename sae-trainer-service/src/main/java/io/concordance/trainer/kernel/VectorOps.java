package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The streaming loops of a step on vectors of 16 or 8 floats. Sums use the fixed tree of {@link StepKernels}, never
 * {@code reduceLanes}, whose order the Vector API leaves open and the compilers choose differently.
 */
final class VectorOps {
    /** True where 512-bit vectors are native; otherwise vectors of 256 bits are used. */
    static final boolean WIDE = Tiles.WIDE;

    static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LENGTH = SPECIES.length();
    private static final int BLOCK = 8 * LENGTH;
    private static final VectorShuffle<Float> FROM_8 = shuffle(8);
    private static final VectorShuffle<Float> FROM_4 = shuffle(4);
    private static final VectorShuffle<Float> FROM_2 = shuffle(2);
    private static final VectorShuffle<Float> FROM_1 = shuffle(1);

    private VectorOps() {}

    private static VectorShuffle<Float> shuffle(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % LENGTH);
    }

    /**
     * out = start + sum over i in [from, to) of weight[i] matrix[index[i]], {@code stride} elements, i ascending; start
     * and out may be one place.
     */
    static void combine(
            float[] weight,
            int[] index,
            int from,
            int to,
            float[] matrix,
            int stride,
            float[] start,
            int startOffset,
            float[] out,
            int outOffset) {
        int c = 0;
        for (; c + BLOCK <= stride; c += BLOCK) {
            combineBlock(weight, index, from, to, matrix, stride, start, startOffset + c, out, outOffset + c, c);
        }
        for (; c < stride; c += LENGTH) {
            FloatVector sum = FloatVector.fromArray(SPECIES, start, startOffset + c);
            for (int i = from; i < to; i++) {
                FloatVector row = FloatVector.fromArray(SPECIES, matrix, index[i] * stride + c);
                sum = FloatVector.broadcast(SPECIES, weight[i]).fma(row, sum);
            }
            sum.intoArray(out, outOffset + c);
        }
    }

    private static void combineBlock(
            float[] weight,
            int[] index,
            int from,
            int to,
            float[] matrix,
            int stride,
            float[] start,
            int s,
            float[] out,
            int o,
            int c) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, start, s);
        FloatVector s1 = FloatVector.fromArray(SPECIES, start, s + LENGTH);
        FloatVector s2 = FloatVector.fromArray(SPECIES, start, s + 2 * LENGTH);
        FloatVector s3 = FloatVector.fromArray(SPECIES, start, s + 3 * LENGTH);
        FloatVector s4 = FloatVector.fromArray(SPECIES, start, s + 4 * LENGTH);
        FloatVector s5 = FloatVector.fromArray(SPECIES, start, s + 5 * LENGTH);
        FloatVector s6 = FloatVector.fromArray(SPECIES, start, s + 6 * LENGTH);
        FloatVector s7 = FloatVector.fromArray(SPECIES, start, s + 7 * LENGTH);
        for (int i = from; i < to; i++) {
            FloatVector w = FloatVector.broadcast(SPECIES, weight[i]);
            int m = index[i] * stride + c;
            s0 = w.fma(FloatVector.fromArray(SPECIES, matrix, m), s0);
            s1 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + LENGTH), s1);
            s2 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + 2 * LENGTH), s2);
            s3 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + 3 * LENGTH), s3);
            s4 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + 4 * LENGTH), s4);
            s5 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + 5 * LENGTH), s5);
            s6 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + 6 * LENGTH), s6);
            s7 = w.fma(FloatVector.fromArray(SPECIES, matrix, m + 7 * LENGTH), s7);
        }
        s0.intoArray(out, o);
        s1.intoArray(out, o + LENGTH);
        s2.intoArray(out, o + 2 * LENGTH);
        s3.intoArray(out, o + 3 * LENGTH);
        s4.intoArray(out, o + 4 * LENGTH);
        s5.intoArray(out, o + 5 * LENGTH);
        s6.intoArray(out, o + 6 * LENGTH);
        s7.intoArray(out, o + 7 * LENGTH);
    }

    /** out[i] = a . matrix[index[i]] for i in [from, to). */
    static void dots(float[] a, int ao, float[] matrix, int[] index, int from, int to, int stride, float[] out) {
        int i = from;
        if (WIDE) {
            for (; i + 4 <= to; i += 4) {
                FloatVector s0 = FloatVector.zero(SPECIES);
                FloatVector s1 = FloatVector.zero(SPECIES);
                FloatVector s2 = FloatVector.zero(SPECIES);
                FloatVector s3 = FloatVector.zero(SPECIES);
                int m0 = index[i] * stride;
                int m1 = index[i + 1] * stride;
                int m2 = index[i + 2] * stride;
                int m3 = index[i + 3] * stride;
                for (int c = 0; c < stride; c += LENGTH) {
                    FloatVector v = FloatVector.fromArray(SPECIES, a, ao + c);
                    s0 = v.fma(FloatVector.fromArray(SPECIES, matrix, m0 + c), s0);
                    s1 = v.fma(FloatVector.fromArray(SPECIES, matrix, m1 + c), s1);
                    s2 = v.fma(FloatVector.fromArray(SPECIES, matrix, m2 + c), s2);
                    s3 = v.fma(FloatVector.fromArray(SPECIES, matrix, m3 + c), s3);
                }
                out[i] = sum16(s0);
                out[i + 1] = sum16(s1);
                out[i + 2] = sum16(s2);
                out[i + 3] = sum16(s3);
            }
        }
        for (; i < to; i++) {
            out[i] = dot(a, ao, matrix, index[i] * stride, stride);
        }
    }

    /** a . b over {@code n} elements, a multiple of sixteen. */
    static float dot(float[] a, int ao, float[] b, int bo, int n) {
        if (WIDE) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = 0; i < n; i += LENGTH) {
                sum = FloatVector.fromArray(SPECIES, a, ao + i).fma(FloatVector.fromArray(SPECIES, b, bo + i), sum);
            }
            return sum16(sum);
        }
        FloatVector low = FloatVector.zero(SPECIES);
        FloatVector high = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += 2 * LENGTH) {
            low = FloatVector.fromArray(SPECIES, a, ao + i).fma(FloatVector.fromArray(SPECIES, b, bo + i), low);
            high = FloatVector.fromArray(SPECIES, a, ao + i + LENGTH)
                    .fma(FloatVector.fromArray(SPECIES, b, bo + i + LENGTH), high);
        }
        return sum8(low.add(high));
    }

    private static float sum16(FloatVector v) {
        return sum8(v.add(v.rearrange(FROM_8)));
    }

    private static float sum8(FloatVector v) {
        FloatVector four = v.add(v.rearrange(FROM_4));
        FloatVector two = four.add(four.rearrange(FROM_2));
        return two.add(two.rearrange(FROM_1)).lane(0);
    }

    /** out = factor * x. */
    static void scale(float factor, float[] x, int xo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, xo + i).mul(factor).intoArray(out, oo + i);
        }
    }

    /** out = x - y. */
    static void subtract(float[] x, int xo, float[] y, int yo, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, xo + i)
                    .sub(FloatVector.fromArray(SPECIES, y, yo + i))
                    .intoArray(out, oo + i);
        }
    }

    /** x += y. */
    static void add(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, xo + i)
                    .add(FloatVector.fromArray(SPECIES, y, yo + i))
                    .intoArray(x, xo + i);
        }
    }

    /** Removes from a gradient its part along a unit vector: g -= (g . u) u. */
    static void project(float[] g, float[] u, int offset, int n) {
        FloatVector along = FloatVector.broadcast(SPECIES, -dot(g, offset, u, offset, n));
        for (int i = offset; i < offset + n; i += LENGTH) {
            along.fma(FloatVector.fromArray(SPECIES, u, i), FloatVector.fromArray(SPECIES, g, i))
                    .intoArray(g, i);
        }
    }

    /** Scales a vector to unit norm; leaves a zero vector alone. */
    static void normalise(float[] v, int offset, int n) {
        float squares = dot(v, offset, v, offset, n);
        if (squares > 0) {
            scale(1f / (float) Math.sqrt(squares), v, offset, v, offset, n);
        }
    }

    /** One Adam step over [from, from + n), n a multiple of sixteen. */
    static void adam(AdamStep step, float[] value, float[] gradient, float[] m, float[] v, int from, int n) {
        FloatVector beta1 = FloatVector.broadcast(SPECIES, step.beta1());
        FloatVector beta2 = FloatVector.broadcast(SPECIES, step.beta2());
        float rest1 = 1 - step.beta1();
        float rest2 = 1 - step.beta2();
        float rate = step.learningRate() * step.correction1();
        for (int i = from; i < from + n; i += LENGTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, gradient, i).mul(step.gradientScale());
            FloatVector first = beta1.fma(FloatVector.fromArray(SPECIES, m, i), g.mul(rest1));
            FloatVector second =
                    beta2.fma(FloatVector.fromArray(SPECIES, v, i), g.mul(g).mul(rest2));
            first.intoArray(m, i);
            second.intoArray(v, i);
            FloatVector root = second.mul(step.correction2())
                    .lanewise(VectorOperators.SQRT)
                    .add(step.epsilon());
            FloatVector.fromArray(SPECIES, value, i)
                    .sub(first.mul(rate).div(root))
                    .intoArray(value, i);
        }
    }
}
