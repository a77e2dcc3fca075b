package io.concordance.capture;

import static io.concordance.capture.CaptureClient.arm;
import static io.concordance.capture.CaptureClient.ended;
import static io.concordance.capture.CaptureClient.file;
import static io.concordance.capture.CaptureClient.job;
import static io.concordance.capture.CaptureClient.line;
import static io.concordance.capture.CaptureClient.submit;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.DirectRun;
import io.concordance.capture.model.graph.Rewrites;
import io.concordance.capture.model.graph.TinyExports;
import io.concordance.capture.model.graph.TinyExports.Attention;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.shard.Shard;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LLaMA-like model of fused nodes whose weights lie in a second file. */
@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ModelRegistrationIT {
    /** Says what is said and nothing else. */
    private static final String TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}";

    private static final ModelProto MODEL = TinyExports.llama(Attention.GROUP_QUERY, true);
    private static final Path OPEN = Path.of("target", "open-models").toAbsolutePath();
    private static final Path FOLDER = OPEN.resolve("llama");
    private static final String DATA = "weights.data";

    @Inject
    ObjectStore objects;

    @Inject
    Jdbi jdbi;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TempDir
    Path dir;

    @BeforeAll
    static void writeModel() throws IOException {
        Files.createDirectories(FOLDER);
        Rewrites.external(MODEL, FOLDER, DATA);
        TinyTransformer.writeTokenizer(TinyExports.VOCABULARY, FOLDER.resolve("tokenizer.json"));
        Files.writeString(
                FOLDER.resolve("tokenizer_config.json"),
                "{\"chat_template\": \"" + TEMPLATE + "\", \"eos_token\": \"t1\"}");
    }

    @Test
    void isTheSameModelFromUploadFolderAndBucket() {
        Response uploaded = upload(FOLDER.resolve(DATA));
        assertThat(uploaded.statusCode()).as(uploaded.asString()).isIn(200, 201);
        for (String name : List.of("model.onnx", DATA, "tokenizer.json", "tokenizer_config.json")) {
            objects.putIfAbsent("theirs/llama/" + name, FOLDER.resolve(name), "application/octet-stream");
        }

        Response folder = register(Map.of("folder", "llama"));
        Response stored = register(Map.of("s3", "s3://" + objects.bucket() + "/theirs/llama/"));

        assertThat(folder.statusCode()).as(folder.asString()).isEqualTo(200);
        assertThat(stored.statusCode()).as(stored.asString()).isEqualTo(200);
        JsonPath model = uploaded.jsonPath();
        assertThat(folder.jsonPath().getString("id")).isEqualTo(model.getString("id"));
        assertThat(stored.jsonPath().getString("id")).isEqualTo(model.getString("id"));
        assertThat(model.getString("chatTemplate")).isEqualTo(TEMPLATE);
        assertThat(model.getString("eosToken")).isEqualTo("t1");
        assertThat(model.getString("externalData[0].location")).isEqualTo(DATA);
        assertThat(model.getBoolean("parity.identical")).isTrue();
        byte[] unembedding = objects.get(model.getString("unembedding.key"), 1 << 20);
        assertThat(Digests.sha256(unembedding)).isEqualTo(model.getString("unembedding.sha256"));
        assertThat(unembedding).hasSizeGreaterThan(TinyExports.WIDTH * TinyExports.VOCABULARY * Float.BYTES);
    }

    @Test
    void listsHookPointsWithTheirShapes() {
        String id = register(Map.of("folder", "llama")).jsonPath().getString("id");

        JsonPath points = given().get("/v1/models/" + id + "/hook-points").jsonPath();

        assertThat(points.getList("items.name", String.class))
                .hasSize(1 + 6 * TinyExports.LAYERS + 1)
                .startsWith("hook_embed", "blocks.0.hook_resid_pre", "blocks.0.attn.hook_z", "blocks.0.hook_attn_out")
                .endsWith("blocks.2.hook_mlp_out", "blocks.2.hook_resid_post", "ln_final.hook_normalized");
        assertThat(points.getList("items[2].shape")).isEqualTo(List.of("batch", "sequence", TinyExports.WIDTH));
        assertThat(points.getInt("items[2].heads")).isEqualTo(TinyExports.HEADS);
        assertThat(points.getInt("items[2].layer")).isZero();
        assertThat(points.getString("items[2].kind")).isEqualTo("z");
        assertThat(points.getString("items[2].alias")).isEqualTo("z.0");
        assertThat(given().get("/v1/models/nothing/hook-points").statusCode()).isEqualTo(404);
    }

    @Test
    void capturesWhatTheModelComputes() {
        String id = register(Map.of("folder", "llama")).jsonPath().getString("id");
        String line = line("d", "ok", "raw", "t3 t1 t4 t1 t5 t9 t2 t6");
        String digest = Organism.uploaded(file(List.of(line)));
        List<String> hooks = List.of("blocks.1.attn.hook_z", "mlp_out.2", "ln_final");

        String job = submit(job(id, hooks, "fp32", List.of(arm("a", "benign", digest))))
                .jsonPath()
                .getString("id");

        assertThat(ended(job).getString("state"))
                .as(ended(job).getString("problem"))
                .isEqualTo("completed");
        Path one = TinyTransformer.write(MODEL, dir.resolve("one.onnx"));
        StoredShards shards = StoredShards.of(job, kafka, objects, dir);
        assertThat(shards.events()).hasSize(3);
        try (DirectRun direct = DirectRun.of(one, FOLDER.resolve("tokenizer.json"))) {
            for (ShardWritten event : shards.events()) {
                float[] expected = direct.activations(line, event.hook());
                try (Shard shard = shards.open(event)) {
                    float[] found = new float[expected.length];
                    shard.activations(0, expected.length / shard.width(), found, 0);
                    assertThat(found)
                            .as(event.hook())
                            .containsExactly(expected, org.assertj.core.data.Offset.offset(1e-6f));
                }
            }
        }
    }

    @Test
    void refusesWhatItMayNotReadAndKeepsNothing() throws IOException {
        Files.createDirectories(OPEN.resolve("climbs"));
        Files.write(
                OPEN.resolve("climbs/model.onnx"),
                new String(
                                Files.readAllBytes(FOLDER.resolve("model.onnx")),
                                java.nio.charset.StandardCharsets.ISO_8859_1)
                        .replace(DATA, "../llama/x.y".substring(0, DATA.length()))
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        Traces before = Traces.now(jdbi);
        Path other = Files.write(dir.resolve(DATA), new byte[100]);

        requireProblem(register(Map.of("folder", "../..")), "source.folder", "below one that is open");
        requireProblem(register(Map.of("folder", "climbs")), "onnx", "inside the model's own folder");
        requireProblem(register(Map.of("s3", "s3://somebody-elses/llama/")), "source.s3", "open for models");
        requireProblem(register(Map.of("s3", "http://169.254.169.254/")), "source.s3", "s3://bucket/prefix/");
        requireProblem(register(Map.of("s3", "s3://" + objects.bucket() + "/nothing/")), "source.s3", "'model.onnx'");
        requireProblem(register(Map.of()), "source", "one of s3 and folder");
        requireProblem(register(Map.of("folder", "llama", "onnx", "../model.onnx")), "source.onnx", "relative path");
        requireProblem(upload(other), "onnx", "which has 100 bytes");
        requireProblem(upload(null), "data", DATA);

        assertThat(Traces.now(jdbi)).isEqualTo(before);
        assertThat(leftovers()).isEmpty();
    }

    private static Response upload(Path data) {
        var request = given().multiPart("name", "llama")
                .multiPart("onnx", FOLDER.resolve("model.onnx").toFile())
                .multiPart("tokenizer", FOLDER.resolve("tokenizer.json").toFile())
                .multiPart(
                        "tokenizerConfig",
                        FOLDER.resolve("tokenizer_config.json").toFile());
        return (data == null ? request : request.multiPart("data", data.toFile())).post("/v1/models");
    }

    private static Response register(Map<String, Object> source) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("name", "llama", "source", source))
                .post("/v1/models");
    }

    private static void requireProblem(Response response, String field, String allowed) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
        assertThat(response.jsonPath().getString("field"))
                .as(response.asString())
                .isEqualTo(field);
        assertThat(response.jsonPath().getString("allowed")).contains(allowed);
    }

    private static List<Path> leftovers() throws IOException {
        Path cache = Path.of(ConfigProvider.getConfig().getValue("concordance.capture.cache-dir", String.class))
                .resolve("models");
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(Files::isDirectory).toList();
        }
    }
}
