package io.concordance.trainer.kernel;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The rules of {@link Selection} spelled out on stored pre-activations, [batch, features]. */
final class ScalarSelection {
    private ScalarSelection() {}

    static Selected select(Selection selection, StepBuffers buffers, float[] dense) {
        Pairs pairs = buffers.pairs;
        KernelShape shape = buffers.shape;
        if (selection instanceof Selection.DeadTopK(int[] features, int k)) {
            return rows(shape, pairs, dense, features, k, shape.batch());
        }
        pairs.clear();
        Selected selected = switch (selection) {
            case Selection.TopK(int k) ->
                rows(shape, pairs, dense, IntStream.range(0, shape.features()).toArray(), k, 0);
            case Selection.BatchTopK(int k) -> batch(shape, pairs, dense, k);
            case Selection.Positive() -> above(shape, pairs, dense, new float[shape.features()], 0);
            case Selection.Above(float bandwidth) -> {
                float[] thresholds = new float[shape.features()];
                buffers.thresholds(thresholds);
                yield above(shape, pairs, dense, thresholds, bandwidth);
            }
            case Selection.DeadTopK rule -> throw new IllegalStateException("handled above: " + rule);
        };
        pairs.endMain();
        return selected;
    }

    private static Selected rows(KernelShape shape, Pairs pairs, float[] dense, int[] features, int k, int rowOffset) {
        int first = pairs.count();
        double borders = 0;
        for (int r = 0; r < shape.batch(); r++) {
            int base = r * shape.features();
            int[] best = Arrays.stream(features)
                    .filter(f -> dense[base + f] > 0)
                    .boxed()
                    .sorted(Comparator.comparing((Integer f) -> -dense[base + f])
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(k)
                    .mapToInt(Integer::intValue)
                    .sorted()
                    .toArray();
            float smallest = 0;
            for (int f : best) {
                float z = dense[base + f];
                pairs.add(r + rowOffset, f, z);
                smallest = smallest == 0 ? z : Math.min(smallest, z);
            }
            borders += smallest;
        }
        return pairs.selected(first, borders / shape.batch());
    }

    private static Selected batch(KernelShape shape, Pairs pairs, float[] dense, int k) {
        int[] best = IntStream.range(0, dense.length)
                .filter(i -> dense[i] > 0)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -dense[i]).thenComparing(Comparator.naturalOrder()))
                .limit((long) k * shape.batch())
                .mapToInt(Integer::intValue)
                .toArray();
        double border = best.length == 0 ? 0 : dense[best[best.length - 1]];
        Arrays.sort(best);
        for (int i : best) {
            pairs.add(i / shape.features(), i % shape.features(), dense[i]);
        }
        return pairs.selected(0, border);
    }

    private static Selected above(KernelShape shape, Pairs pairs, float[] dense, float[] thresholds, float bandwidth) {
        for (int i = 0; i < dense.length; i++) {
            float theta = thresholds[i % shape.features()];
            if (dense[i] > theta - bandwidth / 2) {
                pairs.add(i / shape.features(), i % shape.features(), dense[i] > theta ? dense[i] : 0);
            }
        }
        return pairs.selected(0, 0);
    }
}
