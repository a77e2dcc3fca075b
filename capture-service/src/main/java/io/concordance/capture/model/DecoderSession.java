package io.concordance.capture.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.NextToken;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session over the graph of {@link NextToken}. Keys and values of earlier tokens go in as
 * {@code past_key_values.*} and come out, with those of the batch added, as {@code present.*}.
 */
final class DecoderSession implements AutoCloseable {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();
    private static final String PAST = "past_key_values.";
    private static final String PRESENT = "present.";

    private final OnnxSession session;
    private final String logits;
    private final EditInputs edits;
    private final Map<String, TensorInfo> inputs;
    /** Output that becomes each past input at the next step; empty without a cache. */
    private final Map<String, String> cache;

    private DecoderSession(OnnxSession session, String logits, EditInputs edits, Set<String> outputs) {
        this.session = session;
        this.logits = logits;
        this.edits = edits;
        this.inputs = session.tensorInputs();
        this.cache = cache(inputs.keySet(), outputs);
    }

    /** What a run gave: logits of the last token of each row, and its keys and values. */
    record Step(float[][] logits, OrtSession.Result result) implements AutoCloseable {
        @Override
        public void close() {
            result.close();
        }
    }

    static DecoderSession open(NextToken.Surgery surgery, List<EditSite> sites) {
        OnnxSession session = OnnxSession.open(surgery.model());
        Set<String> outputs = new HashSet<>();
        surgery.model().getGraph().getOutputList().forEach(output -> outputs.add(output.getName()));
        return new DecoderSession(session, surgery.output(), new EditInputs(sites), outputs);
    }

    private static Map<String, String> cache(Set<String> inputs, Set<String> outputs) {
        Map<String, String> cache = new LinkedHashMap<>();
        for (String input : inputs) {
            String output = PRESENT + input.substring(Math.min(PAST.length(), input.length()));
            if (input.startsWith(PAST) && outputs.contains(output)) {
                cache.put(input, output);
            } else if (input.contains("past")) {
                return Map.of();
            }
        }
        return cache;
    }

    boolean hasCache() {
        return !cache.isEmpty();
    }

    /**
     * Runs a batch.
     *
     * @param before the step before, whose keys and values go in; null to begin
     * @param past tokens before the batch's first
     */
    Step run(TokenBatch batch, Edits edited, @Nullable Step before, int past) {
        Map<String, OnnxTensor> fed = new HashMap<>();
        try {
            fed.putAll(edits.of(batch, edited, inputs.keySet(), ENVIRONMENT));
            for (Map.Entry<String, TensorInfo> input : inputs.entrySet()) {
                if (!fed.containsKey(input.getKey()) && (before == null || !cache.containsKey(input.getKey()))) {
                    fed.put(input.getKey(), tensor(input.getKey(), input.getValue(), batch, past));
                }
            }
            Map<String, OnnxTensor> all = new HashMap<>(fed);
            if (before != null) {
                for (Map.Entry<String, String> kept : cache.entrySet()) {
                    all.put(kept.getKey(), (OnnxTensor)
                            before.result.get(kept.getValue()).orElseThrow());
                }
            }
            Set<String> outputs = new HashSet<>(cache.values());
            outputs.add(logits);
            OrtSession.Result result = session.run(all, outputs);
            try {
                return new Step(rows(result, batch.rows()), result);
            } catch (RuntimeException e) {
                result.close();
                throw e;
            }
        } catch (OrtException e) {
            throw new ModelRunException("the model fails on " + batch.rows() + " x " + batch.length() + " tokens", e);
        } finally {
            fed.values().forEach(OnnxTensor::close);
        }
    }

    private float[][] rows(OrtSession.Result result, int rows) {
        Values values = OnnxSession.read(logits, result.get(logits).orElseThrow());
        int width = values.data().length / rows;
        float[][] split = new float[rows][];
        Arrays.setAll(split, r -> Arrays.copyOfRange(values.data(), r * width, (r + 1) * width));
        return split;
    }

    private static OnnxTensor tensor(String name, TensorInfo info, TokenBatch batch, int past) throws OrtException {
        int rows = batch.rows();
        return switch (name) {
            case "input_ids" -> OnnxSession.ids(info, batch.ids(), rows, batch.length());
            case "token_type_ids" -> OnnxSession.ids(info, new long[batch.ids().length], rows, batch.length());
            case "position_ids" -> {
                long[] positions = batch.positionIds();
                Arrays.setAll(positions, i -> positions[i] + past);
                yield OnnxSession.ids(info, positions, rows, batch.length());
            }
            case "attention_mask" -> {
                long[] mask = new long[rows * (past + batch.length())];
                for (int row = 0; row < rows; row++) {
                    int start = row * (past + batch.length());
                    Arrays.fill(mask, start, start + past + batch.lengths()[row], 1);
                }
                yield OnnxSession.ids(info, mask, rows, past + batch.length());
            }
            case NextToken.LAST -> {
                long[] last = new long[2 * rows];
                for (int row = 0; row < rows; row++) {
                    last[2 * row] = row;
                    last[2 * row + 1] = batch.lengths()[row] - 1;
                }
                yield OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(last), new long[] {rows, 1, 2});
            }
            default -> OnnxSession.noPast(name, info, rows);
        };
    }

    @Override
    public void close() {
        session.close();
    }
}
