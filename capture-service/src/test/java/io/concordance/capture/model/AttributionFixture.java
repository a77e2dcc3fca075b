package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.tensor.DType;
import java.nio.file.Path;
import java.util.List;

/** The bundled organism open at one hook, forwards and backwards, for tests of other packages. */
public final class AttributionFixture implements AutoCloseable {
    public static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");

    private final ModelProto onnx = OnnxFile.read(DEMO.resolve("model.onnx"));
    private final HookPoint hook;
    public final HookedModel hooked;
    public final int vocabulary;

    public AttributionFixture(String hookName) {
        Path tokenizer = DEMO.resolve("tokenizer.json");
        RegisteredModel model = new ModelInspection(2048).inspect("organism", DEMO.resolve("model.onnx"), tokenizer);
        this.hook = model.hooks().stream()
                .filter(h -> h.isCalled(hookName))
                .findFirst()
                .orElseThrow();
        this.vocabulary = model.vocabulary();
        this.hooked = HookedModel.open(model, List.of(hook), DType.F32, onnx, tokenizer);
    }

    public String tensor() {
        return hook.tensor();
    }

    public GradientModel gradients(GradientTarget target) {
        return GradientModel.open(onnx, List.of(hook.tensor()), target, hooked.context());
    }

    public DownstreamModel downstream(GradientTarget target) {
        return DownstreamModel.open(onnx, hook.tensor(), target, hooked.context());
    }

    /** The whole model, as it is. */
    public Bare bare() {
        return new Bare(OnnxSession.open(onnx));
    }

    /** Forward passes and nothing else. */
    public record Bare(OnnxSession session) implements AutoCloseable {
        public void run(TokenBatch batch) {
            session.run(batch, List.of("logits"));
        }

        @Override
        public void close() {
            session.close();
        }
    }

    @Override
    public void close() {
        hooked.close();
    }
}
