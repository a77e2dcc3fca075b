package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.OnnxFile;
import java.nio.file.Path;
import java.util.List;

/** The bundled organism opened for writing, for tests of other packages. */
public final class CausalFixture {
    public static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final Path ONNX = DEMO.resolve("model.onnx");
    private static final Path TOKENIZER = DEMO.resolve("tokenizer.json");
    private static final RegisteredModel ORGANISM = new ModelInspection(2048).inspect("organism", ONNX, TOKENIZER);

    private CausalFixture() {}

    public static CausalModel organism() {
        return open(OnnxFile.read(ONNX), List.of());
    }

    /** As the organism, with values that may be changed behind a block. */
    public static CausalModel organism(int editedBlock, boolean cached) {
        ModelProto onnx = OnnxFile.read(ONNX);
        HookPoint hook = ORGANISM.hooks().stream()
                .filter(h -> h.isCalled("resid_post." + editedBlock))
                .findFirst()
                .orElseThrow();
        return open(
                cached ? CachedOrganism.of(onnx) : onnx, List.of(new EditSite(hook.tensor(), hook.width(), 1, false)));
    }

    /** The organism with a key-value cache. */
    public static CausalModel cachedOrganism() {
        return open(CachedOrganism.of(OnnxFile.read(ONNX)), List.of());
    }

    private static CausalModel open(ModelProto onnx, List<EditSite> sites) {
        return CausalModel.open(ORGANISM, "logits", sites, onnx, TOKENIZER);
    }
}
