package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.graph.OnnxFile;
import java.nio.file.Path;
import java.util.List;

/** Causal models opened for writing, for tests of other packages. */
public final class CausalFixture {
    public static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");

    private CausalFixture() {}

    public static CausalModel organism() {
        ModelProto onnx = OnnxFile.read(DEMO.resolve("model.onnx"));
        RegisteredModel registered = new ModelInspection(2048)
                .inspect("organism", DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"));
        return CausalModel.open(registered, "logits", List.of(), onnx, DEMO.resolve("tokenizer.json"));
    }
}
