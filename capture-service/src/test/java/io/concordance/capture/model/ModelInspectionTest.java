package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.capture.model.gradient.GradientSupport;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.capture.model.graph.TinyTransformer.Norm;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInspectionTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");

    private final ModelInspection inspection = new ModelInspection(2048);

    @TempDir
    private Path dir;

    @Test
    void findsTheSixLayersOfMiniLmAndLeavesItBitIdentical() {
        RegisteredModel model = inspection.inspect("minilm", MiniLm.onnx(), MiniLm.tokenizer());

        assertThat(model.layers()).isEqualTo(6);
        assertThat(model.width()).isEqualTo(384);
        assertThat(model.vocabulary()).isEqualTo(30522);
        assertThat(model.context()).isEqualTo(512);
        assertThat(model.padding()).isTrue();
        assertThat(model.parity()).isEqualTo(new Parity(true, 0, 32));
        assertThat(gradients(model).supported()).isTrue();
        assertThat(model.hooks())
                .hasSize(1 + 6 * 6)
                .allSatisfy(hook -> assertThat(hook.width()).isEqualTo(384));
        assertThat(model.hooks().getFirst().name()).isEqualTo("hook_embed");
        assertThat(model.hooks().getLast().name()).isEqualTo("blocks.5.hook_resid_post");
        assertThat(model.hooks().getLast().alias()).isEqualTo("resid_post.5");
        assertThat(model.hooks().getLast().tensor()).isEqualTo("last_hidden_state");
    }

    @Test
    void findsTheFourLayersOfTheBundledOrganism() {
        RegisteredModel model =
                inspection.inspect("organism", DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"));

        assertThat(model.layers()).isEqualTo(4);
        assertThat(model.width()).isEqualTo(128);
        assertThat(model.context()).isEqualTo(128);
        assertThat(model.padding()).isTrue();
        assertThat(model.parity().identical()).isTrue();
        assertThat(gradients(model).supported()).isTrue();
        assertThat(gradients(model).maxRelativeError()).isLessThan(1e-3);
    }

    @Test
    void cutsTheContextToWhatTheModelRuns() throws IOException {
        Path onnx = TinyTransformer.write(TinyTransformer.preNorm(Norm.TAKEN_APART), dir.resolve("m.onnx"));

        RegisteredModel model = inspection.inspect("tiny", onnx, tokenizer(TinyTransformer.VOCABULARY));

        assertThat(model.context()).isEqualTo(TinyTransformer.CONTEXT);
        assertThat(model.layers()).isEqualTo(2);
        assertThat(model.padding()).isTrue();
    }

    @Test
    void refusesAFileThatIsNoOnnx() throws IOException {
        Path text = Files.writeString(dir.resolve("m.onnx"), "certainly not a model");

        assertThat(refusal(text, tokenizer(40)).field()).isEqualTo("onnx");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        assertThat(refusal(Files.createFile(dir.resolve("m.onnx")), tokenizer(40))
                        .field())
                .isEqualTo("onnx");
    }

    @Test
    void refusesWeightsKeptInAnotherFile() throws IOException {
        ModelProto.Builder model = TinyTransformer.preNorm(Norm.TAKEN_APART).toBuilder();
        model.getGraphBuilder()
                .getInitializerBuilder(0)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue("/etc/passwd"));

        FieldProblem problem = refusal(TinyTransformer.write(model.build(), dir.resolve("m.onnx")), tokenizer(40));

        assertThat(problem.field()).isEqualTo("onnx");
        assertThat(problem.given()).contains("external data");
    }

    @Test
    void refusesInputsItCannotFill() throws IOException {
        ModelProto.Builder model = TinyTransformer.preNorm(Norm.TAKEN_APART).toBuilder();
        model.getGraphBuilder()
                .addInput(model.getGraph().getInput(0).toBuilder().setName("past_key_values.0.key"));

        FieldProblem problem = refusal(TinyTransformer.write(model.build(), dir.resolve("m.onnx")), tokenizer(40));

        assertThat(problem.given()).contains("past_key_values.0.key");
        assertThat(problem.allowed()).contains("input_ids");
    }

    @Test
    void refusesATokenizerWithMoreIdsThanTheEmbeddingHasRows() throws IOException {
        Path onnx = TinyTransformer.write(TinyTransformer.preNorm(Norm.TAKEN_APART), dir.resolve("m.onnx"));

        FieldProblem problem = refusal(onnx, tokenizer(TinyTransformer.VOCABULARY + 1));

        assertThat(problem.field()).isEqualTo("tokenizer");
        assertThat(problem.given()).isEqualTo("41 ids");
        assertThat(problem.allowed()).contains("40 rows");
    }

    @Test
    void refusesATokenizerThatIsNone() throws IOException {
        Path onnx = TinyTransformer.write(TinyTransformer.preNorm(Norm.TAKEN_APART), dir.resolve("m.onnx"));

        assertThat(refusal(onnx, Files.writeString(dir.resolve("t.json"), "{\"model\": 3}"))
                        .field())
                .isEqualTo("tokenizer");
    }

    private FieldProblem refusal(Path onnx, Path tokenizer) {
        return catchThrowableOfType(FieldProblem.class, () -> inspection.inspect("m", onnx, tokenizer));
    }

    private static GradientSupport gradients(RegisteredModel model) {
        return Objects.requireNonNull(model.gradients());
    }

    private Path tokenizer(int ids) {
        return TinyTransformer.writeTokenizer(ids, dir.resolve("t.json"));
    }
}
