package io.concordance.capture.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.concordance.capture.model.Edits.Placed;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.EditSurgery;
import io.concordance.capture.model.graph.EditSurgery.Part;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives the inputs of {@link EditSurgery} what a run's edits say. */
final class EditInputs {
    private final List<EditSite> sites;
    private final List<Edit> idle;

    EditInputs(List<EditSite> sites) {
        this.sites = List.copyOf(sites);
        this.idle = sites.stream().map(site -> Edit.zero(site.width())).toList();
    }

    /** The inputs of {@code wanted} that are no tokens; the caller closes them. */
    Map<String, OnnxTensor> of(TokenBatch batch, Edits edits, Set<String> wanted, OrtEnvironment environment)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (int site = 0; site < sites.size(); site++) {
                for (int slot = 0; slot < sites.get(site).slots(); slot++) {
                    Placed placed = placed(edits, batch, site, slot);
                    for (Part part : Part.values()) {
                        String name = EditSurgery.input(site, slot, part);
                        if (wanted.contains(name)) {
                            inputs.put(name, tensor(placed, part, batch, environment));
                        }
                    }
                }
            }
            return inputs;
        } catch (OrtException | RuntimeException e) {
            inputs.values().forEach(OnnxTensor::close);
            throw e;
        }
    }

    private Placed placed(Edits edits, TokenBatch batch, int site, int slot) {
        for (Placed placed : edits.placed()) {
            if (placed.site() == site && placed.slot() == slot) {
                if (placed.mask().length != batch.ids().length
                        || placed.edit().width() != sites.get(site).width()
                        || placed.edit().topK() && !sites.get(site).topK()) {
                    throw new IllegalArgumentException("an edit that does not fit site " + site);
                }
                return placed;
            }
        }
        return new Placed(site, slot, idle.get(site), new byte[batch.ids().length]);
    }

    private static OnnxTensor tensor(Placed placed, Part part, TokenBatch batch, OrtEnvironment environment)
            throws OrtException {
        Edit edit = placed.edit();
        long width = edit.width();
        long features = edit.features();
        return switch (part) {
            case MASK ->
                OnnxTensor.createTensor(
                        environment,
                        ByteBuffer.wrap(placed.mask()),
                        new long[] {batch.rows(), batch.length(), 1},
                        OnnxJavaType.BOOL);
            case K -> OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {edit.k()}), new long[] {1});
            case KEEP -> floats(environment, edit.keep(), 1);
            case DELTA -> floats(environment, edit.delta(), width);
            case CENTRE -> floats(environment, edit.centre(), width);
            case ENCODER -> floats(environment, edit.encoder(), width, features);
            case BIAS -> floats(environment, edit.bias(), features);
            case THRESHOLD -> floats(environment, edit.threshold(), features);
            case DECODER -> floats(environment, edit.decoder(), features, width);
        };
    }

    /** Direct memory is read in place. */
    private static OnnxTensor floats(OrtEnvironment environment, MemorySegment memory, long... shape)
            throws OrtException {
        return OnnxTensor.createTensor(
                environment,
                memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer(),
                shape);
    }
}
