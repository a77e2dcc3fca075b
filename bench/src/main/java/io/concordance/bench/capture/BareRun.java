package io.concordance.bench.capture;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.graph.OnnxFile;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A model in ONNX Runtime and nothing else: one compute thread a call, outputs thrown away. */
final class BareRun implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    BareRun(ModelProto model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setDeterministicCompute(true);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            // Large weights stay in their file.
            Path folder = OnnxFile.folder(model);
            if (folder != null) {
                options.addConfigEntry("session.model_external_initializers_file_folder_path", folder.toString());
            }
            session = environment.createSession(model.toByteArray(), options);
        }
    }

    void run(TokenBatch batch) {
        long[] shape = {batch.rows(), batch.length()};
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                inputs.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(values(name, batch)), shape));
            }
            session.run(inputs).close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static long[] values(String input, TokenBatch batch) {
        long[] values = new long[batch.ids().length];
        for (int row = 0; row < batch.rows(); row++) {
            int begin = row * batch.length();
            switch (input) {
                case "input_ids" -> System.arraycopy(batch.ids(), begin, values, begin, batch.length());
                case "attention_mask" -> Arrays.fill(values, begin, begin + batch.lengths()[row], 1);
                case "position_ids" -> Arrays.setAll(values, i -> i % batch.length());
                default -> {}
            }
        }
        return values;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
