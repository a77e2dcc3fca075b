package io.concordance.capture.model;

import io.concordance.capture.model.graph.Embeddings;
import io.concordance.capture.model.graph.ResidualStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a graph's tensors are called. Names and meaning are those of TransformerLens, but for two things: in a post-norm
 * model the residual hooks lie behind the norms, where the next part reads them, and {@code ln_final.hook_normalized}
 * has the norm's weights in it.
 */
final class NamedTensors {
    private final List<Candidate> candidates = new ArrayList<>();

    /**
     * A name and the tensors it may mean, best first.
     *
     * @param heads known number of heads; 0 when {@code weights} tells, or when it has none
     * @param weights attention weights, {@code [batch, heads, query, key]}
     */
    private record Candidate(
            String name,
            String alias,
            @Nullable Integer layer,
            String kind,
            List<String> tensors,
            int heads,
            @Nullable String weights) {}

    NamedTensors(Embeddings embeddings, ResidualStream stream) {
        if (!embeddings.fused() && !stream.layers().isEmpty()) {
            candidates.add(new Candidate("hook_embed", "embed", null, "embed", List.of(embeddings.token()), 0, null));
        }
        for (int l = 0; l < stream.layers().size(); l++) {
            ResidualStream.Layer layer = stream.layers().get(l);
            add(l, "resid_pre", layer.pre());
            if (layer.heads() != null) {
                candidates.add(new Candidate(
                        "blocks." + l + ".attn.hook_z",
                        "z." + l,
                        l,
                        "z",
                        layer.heads().values(),
                        layer.heads().heads(),
                        layer.heads().weights()));
            }
            add(l, "attn_out", layer.attnOut());
            add(l, "resid_mid", layer.mid());
            add(l, "mlp_out", layer.mlpOut());
            add(l, "resid_post", layer.post());
        }
        if (stream.finalNorm() != null) {
            candidates.add(new Candidate(
                    "ln_final.hook_normalized", "ln_final", null, "ln_final", List.of(stream.finalNorm()), 0, null));
        }
    }

    private void add(int layer, String kind, @Nullable String tensor) {
        if (tensor != null) {
            candidates.add(new Candidate(
                    "blocks." + layer + ".hook_" + kind, kind + "." + layer, layer, kind, List.of(tensor), 0, null));
        }
    }

    /** Tensors whose shapes {@link #hooks} needs, each once. */
    List<String> toMeasure() {
        return candidates.stream()
                .flatMap(c -> Stream.concat(c.tensors.stream(), Stream.ofNullable(c.weights)))
                .distinct()
                .toList();
    }

    /**
     * The hook points, in the order of the model.
     *
     * @param shapes shape of each tensor in a run of {@code rows} times {@code length} tokens
     * @throws ModelRunException when the residual stream is not {@code [batch, sequence, width]}
     */
    List<HookPoint> hooks(Map<String, long[]> shapes, int rows, int length) {
        return candidates.stream()
                .map(c -> hook(c, shapes, rows, length))
                .filter(Objects::nonNull)
                .toList();
    }

    private static @Nullable HookPoint hook(Candidate c, Map<String, long[]> shapes, int rows, int length) {
        Optional<String> tensor = c.tensors.stream()
                .filter(t -> isTokenRows(shapes.get(t), rows, length))
                .findFirst();
        if (tensor.isEmpty()) {
            if (c.kind.startsWith("resid")) {
                throw new ModelRunException("'" + c.tensors.getFirst() + "' is not [batch, sequence, width]");
            }
            return null;
        }
        int width = Math.toIntExact(Objects.requireNonNull(shapes.get(tensor.get()))[2]);
        Integer heads = null;
        if (c.kind.equals("z")) {
            int found = c.heads > 0 ? c.heads : heads(c.weights == null ? null : shapes.get(c.weights), rows);
            heads = found > 0 && width % found == 0 ? found : null;
        }
        return new HookPoint(c.name, c.alias, tensor.get(), c.layer, width, c.kind, heads);
    }

    static boolean isTokenRows(long @Nullable [] shape, int rows, int length) {
        return shape != null && shape.length == 3 && shape[0] == rows && shape[1] == length && shape[2] > 0;
    }

    /** Weights of one head may lack the dimension, and those of several be folded into the batch. */
    private static int heads(long @Nullable [] weights, int rows) {
        if (weights == null) {
            return 0;
        }
        long heads = weights.length == 4 ? weights[1] : weights.length == 3 ? weights[0] / rows : 0;
        return heads > 0 && heads <= Integer.MAX_VALUE ? (int) heads : 0;
    }
}
