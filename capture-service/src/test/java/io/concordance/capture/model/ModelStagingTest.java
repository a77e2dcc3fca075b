package io.concordance.capture.model;

import static io.concordance.capture.model.graph.TinyExports.Attention.GROUP_QUERY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.capture.model.graph.Rewrites;
import io.concordance.capture.model.graph.TinyExports;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStagingTest {
    private static final ModelProto MODEL = TinyExports.llama(GROUP_QUERY, true);

    @TempDir
    private Path dir;

    private Path root;
    private Path folder;
    private Path staging;

    @BeforeEach
    void writeModel() throws IOException {
        root = Files.createDirectory(dir.resolve("root"));
        folder = Files.createDirectory(root.resolve("llama"));
        staging = Files.createDirectory(dir.resolve("staging"));
        Rewrites.external(MODEL, folder, "weights/model.data");
        TinyTransformer.writeTokenizer(TinyExports.VOCABULARY, folder.resolve("tokenizer.json"));
    }

    @Test
    void runsAModelOfSeveralFilesAsTheSameModelInOne() throws IOException {
        ModelStaging.Staged staged = stage("llama");
        RegisteredModel several = new ModelInspection(2048).inspect("m", staged.files(), staged.digests());

        RegisteredModel one = new ModelInspection(2048)
                .inspect("m", TinyTransformer.write(MODEL, dir.resolve("one.onnx")), folder.resolve("tokenizer.json"));

        assertThat(several.hooks()).isEqualTo(one.hooks());
        assertThat(several.parity()).isEqualTo(new Parity(true, 0, 32));
        assertThat(several.id()).isNotEqualTo(one.id());
        assertThat(several.externalData()).singleElement().satisfies(file -> {
            assertThat(file.location()).isEqualTo("weights/model.data");
            assertThat(file.bytes()).isEqualTo(Files.size(folder.resolve("weights/model.data")));
        });
        assertThat(one.externalData()).isNull();
    }

    @Test
    void namesAModelByItsWeightsAsWell() throws IOException {
        String before = stage("llama").digests().id();
        Path weights = folder.resolve("weights/model.data");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[0] ^= 1;
        Files.write(weights, bytes);

        assertThat(stage("llama").digests().id()).isNotEqualTo(before);
    }

    @Test
    void keepsTheChatTemplateAndTheTokensAroundIt() throws IOException {
        String before = stage("llama").digests().id();
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"chat_template": [{"name": "rag", "template": "no"}, {"name": "default", "template": "{{ x }}"}],
                 "bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "unknown": 1}""");

        ModelStaging.Staged staged = stage("llama");
        RegisteredModel model = new ModelInspection(2048).inspect("m", staged.files(), staged.digests());

        assertThat(model.chatTemplate()).isEqualTo("{{ x }}");
        assertThat(model.bosToken()).isEqualTo("<s>");
        assertThat(model.eosToken()).isEqualTo("</s>");
        assertThat(model.id()).isNotEqualTo(before);
    }

    @Test
    void refusesATokenizerConfigurationThatIsNone() throws IOException {
        for (String text : List.of("[]", "not json", "{\"chat_template\": 3}", "{\"eos_token\": [1]}")) {
            Files.writeString(folder.resolve("tokenizer_config.json"), text);
            ModelStaging.Staged staged = stage("llama");

            assertThat(problem(() -> new ModelInspection(2048).inspect("m", staged.files(), staged.digests()))
                            .field())
                    .as(text)
                    .startsWith("tokenizerConfig");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../root2", "/etc", "llama/../..", "nothing", "llama/model.onnx"})
    void opensNoFolderOutsideItsRoots(String name) throws IOException {
        Files.createDirectory(dir.resolve("root2"));
        if (name.isEmpty()) {
            assertThat(problem(() -> FolderSource.of(List.of(), "llama")).field())
                    .isEqualTo("source.folder");
            return;
        }

        assertThat(problem(() -> FolderSource.of(List.of(root), name)).allowed())
                .isEqualTo("a folder below one that is open for models");
    }

    @Test
    void followsNoLinkOutOfTheFolder() throws IOException {
        Path secret = Files.writeString(dir.resolve("secret"), "x".repeat(1 << 20));
        Files.delete(folder.resolve("weights/model.data"));
        Files.createSymbolicLink(folder.resolve("weights/model.data"), secret);
        Files.createSymbolicLink(root.resolve("linked"), dir);

        assertThat(problem(() -> stage("llama")).allowed()).contains("links must not lead out");
        assertThat(problem(() -> FolderSource.of(List.of(root), "linked")).field())
                .isEqualTo("source.folder");
    }

    @Test
    void refusesWeightsThatEndBeforeTheirTensors() throws IOException {
        Path weights = folder.resolve("weights/model.data");
        Files.write(weights, java.util.Arrays.copyOf(Files.readAllBytes(weights), 5000));
        ModelStaging.Staged staged = stage("llama");

        FieldProblem problem = problem(() -> new ModelInspection(2048).inspect("m", staged.files(), staged.digests()));

        assertThat(problem.field()).isEqualTo("onnx");
        assertThat(problem.allowed()).contains("which has 5000 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "9223372036854775807", "99999999999999999999", "x"})
    void refusesOffsetsThatAreNone(String offset) throws IOException {
        ModelProto.Builder model = MODEL.toBuilder();
        TensorProto bad = Rewrites.reference(model.getGraph().getInitializer(0), "weights/model.data", 0, 4).toBuilder()
                .clearExternalData()
                .build();
        TensorProto.Builder tensor = bad.toBuilder();
        Map.of("location", "weights/model.data", "offset", offset)
                .forEach((key, value) ->
                        tensor.addExternalDataBuilder().setKey(key).setValue(value));
        model.getGraphBuilder().setInitializer(0, tensor);
        TinyTransformer.write(model.build(), folder.resolve("model.onnx"));
        ModelStaging.Staged staged = stage("llama");

        assertThat(problem(() -> new ModelInspection(2048).inspect("m", staged.files(), staged.digests()))
                        .field())
                .isEqualTo("onnx");
    }

    @Test
    void refusesAModelThatIsTooLarge() {
        ModelStaging small = new ModelStaging(staging, new ModelStaging.Limits(1 << 20, 100_000, 1 << 20));

        FieldProblem problem = problem(() -> small.take(FolderSource.of(List.of(root), "llama"), ModelStaging.ONNX));

        assertThat(problem.given()).isEqualTo("weights/model.data");
        assertThat(problem.allowed()).contains("100000 bytes");
    }

    @Test
    void refusesUploadedFilesThatNothingNames() {
        Map<String, Path> parts = Map.of(
                ModelStaging.ONNX, folder.resolve("model.onnx"),
                ModelStaging.TOKENIZER, folder.resolve("tokenizer.json"));
        Path weights = folder.resolve("weights/model.data");

        assertThat(problem(() -> staging()
                                .take(
                                        new UploadedSource(parts, Map.of("model.data", weights, "more", weights)),
                                        ModelStaging.ONNX))
                        .given())
                .isEqualTo("more");
        assertThat(problem(() -> staging().take(new UploadedSource(parts, Map.of()), ModelStaging.ONNX))
                        .given())
                .isEqualTo("weights/model.data");
    }

    private ModelStaging.Staged stage(String name) throws IOException {
        return staging().take(FolderSource.of(List.of(root), name), ModelStaging.ONNX);
    }

    private ModelStaging staging() {
        return new ModelStaging(staging, new ModelStaging.Limits(1 << 20, 1 << 20, 1 << 20));
    }

    private static FieldProblem problem(ThrowingCallable call) {
        return Objects.requireNonNull(catchThrowableOfType(FieldProblem.class, call));
    }
}
