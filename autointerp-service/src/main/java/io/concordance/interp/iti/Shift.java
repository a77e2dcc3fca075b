package io.concordance.interp.iti;

import io.concordance.contracts.digest.Digests;
import io.concordance.interp.probe.HeadProbe;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What is added to the outputs of heads before the output projection: {@code α σ θ} for each chosen head (Li et al. 2023,
 * equation 2), nothing for others.
 *
 * @param vectors {@code [width of the hook]}, by hook
 */
public record Shift(Map<String, float[]> vectors) {

    /** Along each head's own direction, for the best heads. */
    public static Shift along(List<HeadProbe> ranked, Setting setting) {
        return new Shift(new Layout(ranked).of(best(ranked, setting), best(ranked, setting), setting));
    }

    /** A control: the same heads, each as far in a direction that nothing chose. */
    public static Shift randomDirections(List<HeadProbe> ranked, Setting setting, long seed) {
        List<HeadProbe> heads = best(ranked, setting).stream()
                .map(head -> withDirection(head, gaussian(head, seed)))
                .toList();
        return new Shift(new Layout(ranked).of(heads, heads, setting));
    }

    /**
     * A control: as many heads that were not chosen, drawn, each along its own direction as far as the chosen one in its place.
     *
     * @throws IllegalArgumentException with fewer other heads than chosen ones
     */
    public static Shift randomHeads(List<HeadProbe> ranked, Setting setting, long seed) {
        List<HeadProbe> others = new ArrayList<>(ranked.subList(setting.heads(), ranked.size()));
        if (others.size() < setting.heads()) {
            throw new IllegalArgumentException(others.size() + " other heads for " + setting.heads());
        }
        Collections.shuffle(others, new Random(seed));
        return new Shift(new Layout(ranked).of(others.subList(0, setting.heads()), best(ranked, setting), setting));
    }

    private static List<HeadProbe> best(List<HeadProbe> ranked, Setting setting) {
        return ranked.subList(0, setting.heads());
    }

    private static float[] gaussian(HeadProbe head, long seed) {
        String name = String.join("\n", Long.toString(seed), head.hook(), Integer.toString(head.head()));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom")
                .create(ByteBuffer.wrap(Digests.newDigest().digest(name.getBytes(StandardCharsets.UTF_8)))
                        .getLong());
        double[] vector = new double[head.direction().length];
        double squares = 0;
        for (int k = 0; k < vector.length; k++) {
            vector[k] = random.nextGaussian();
            squares += vector[k] * vector[k];
        }
        float[] unit = new float[vector.length];
        for (int k = 0; k < unit.length; k++) {
            unit[k] = (float) (vector[k] / Math.sqrt(squares));
        }
        return unit;
    }

    private static HeadProbe withDirection(HeadProbe head, float[] direction) {
        return new HeadProbe(
                head.hook(),
                head.head(),
                head.accuracy(),
                head.auroc(),
                head.fittedBad(),
                head.fittedOk(),
                head.heldOutBad(),
                head.heldOutOk(),
                direction,
                head.sigma());
    }

    /** Where heads lie in their hooks. */
    private record Layout(Map<String, Integer> widths) {
        Layout(List<HeadProbe> all) {
            this(new TreeMap<>());
            for (HeadProbe head : all) {
                widths.merge(head.hook(), (head.head() + 1) * head.direction().length, Math::max);
            }
        }

        /** @param lengths the heads whose sigma says how far, one for each */
        Map<String, float[]> of(List<HeadProbe> heads, List<HeadProbe> lengths, Setting setting) {
            Map<String, float[]> vectors = new TreeMap<>();
            for (int i = 0; i < heads.size(); i++) {
                HeadProbe head = heads.get(i);
                float[] vector = vectors.computeIfAbsent(head.hook(), hook -> new float[widths.get(hook)]);
                float[] direction = head.direction();
                for (int k = 0; k < direction.length; k++) {
                    vector[head.head() * direction.length + k] =
                            (float) (setting.alpha() * lengths.get(i).sigma() * direction[k]);
                }
            }
            return vectors;
        }
    }
}
