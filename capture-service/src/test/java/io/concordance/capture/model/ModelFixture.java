package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.capture.model.graph.TinyTransformer.Norm;
import io.concordance.contracts.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A tiny model, hooked behind its first block, for tests of other packages. */
public final class ModelFixture {
    private ModelFixture() {}

    public static <T> T tiny(DType dtype, Function<HookedModel, T> work) {
        try {
            Path dir = Files.createDirectories(Path.of("target", "tiny"));
            ModelProto onnx = TinyTransformer.preNorm(Norm.WHOLE);
            Path tokenizer = TinyTransformer.writeTokenizer(TinyTransformer.VOCABULARY, dir.resolve("tokenizer.json"));
            RegisteredModel model = new ModelInspection(2048)
                    .inspect("tiny", TinyTransformer.write(onnx, dir.resolve("model.onnx")), tokenizer);
            HookPoint hook = model.hooks().stream()
                    .filter(h -> h.isCalled("resid_post.0"))
                    .findFirst()
                    .orElseThrow();
            try (HookedModel hooked = HookedModel.open(model, List.of(hook), dtype, onnx, tokenizer)) {
                return work.apply(hooked);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bundled organism giving its logits, its values at a hook point open to changes. */
    public static void organismLogits(String hookName, BiConsumer<HookedModel, EditSite> work) {
        Path demo = Path.of(System.getProperty("concordance.home", ".."), "demo");
        Path tokenizer = demo.resolve("tokenizer.json");
        RegisteredModel model = new ModelInspection(2048).inspect("organism", demo.resolve("model.onnx"), tokenizer);
        ModelProto onnx = OnnxFile.read(demo.resolve("model.onnx"));
        HookPoint hook = model.hooks().stream()
                .filter(h -> h.isCalled(hookName))
                .findFirst()
                .orElseThrow();
        EditSite site = new EditSite(hook.tensor(), hook.width(), 1, false);
        try (HookedModel logits = HookedModel.open(
                model, List.of(CausalLogits.of(model, onnx)), DType.F32, List.of(site), onnx, tokenizer)) {
            work.accept(logits, site);
        }
    }
}
