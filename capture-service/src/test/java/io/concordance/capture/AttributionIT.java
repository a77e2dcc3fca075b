package io.concordance.capture;

import static io.concordance.capture.CaptureClient.arm;
import static io.concordance.capture.CaptureClient.ended;
import static io.concordance.capture.CaptureClient.file;
import static io.concordance.capture.CaptureClient.submit;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.capture.model.MiniLm;
import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.attribution.AttributionFile.Row;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class AttributionIT {
    private static final int WIDTH = 128;
    private static final List<Integer> ALL =
            IntStream.range(0, 2 * WIDTH).boxed().toList();
    private static final Map<String, Object> METRIC = Map.of("kind", "log-probability", "text", "<ACT>");

    @Inject
    ObjectStore objects;

    @Inject
    Jdbi jdbi;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @TempDir
    Path dir;

    @Test
    void attributesASubsetOfTranscriptsAndNamesWhereTheAnswerLies() {
        String all = Organism.uploaded(file(Organism.bundled("off_policy.jsonl", 200)));
        JsonPath subset = subset(all, Map.of("split", "score", "outcomes", List.of("bad"), "most", 12));
        assertThat(subset.getInt("documents")).isEqualTo(12);
        assertThat(subset.getInt("matching")).isBetween(13, 60);
        assertThat(subset(all, Map.of("split", "score", "outcomes", List.of("bad"), "most", 12))
                        .getString("digest"))
                .isEqualTo(subset.getString("digest"));
        assertThat(subset(all, Map.of("outcomes", List.of("unknown"))).getMap("$"))
                .isEqualTo(Map.of("documents", 0, "matching", 0));

        Response accepted = submit(job(
                Organism.registered(),
                subset.getString("digest"),
                Map.of(
                        "dictionary",
                        wide(),
                        "metric",
                        METRIC,
                        "gradients",
                        true,
                        "steps",
                        4,
                        "ablate",
                        List.of(List.of(5), ALL))));
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);
        JsonPath job = ended(accepted.jsonPath().getString("id"));

        assertThat(job.getString("state")).as(job.getString("problem")).isEqualTo("completed");
        assertThat(job.getLong("rows")).isZero();
        assertThat(Announced.accepted(job.getString("id"), bootstrapServers))
                .as("nobody waits for shards that never come")
                .isNotEmpty()
                .allSatisfy(announced -> assertThat(announced.hooks()).isEmpty());
        assertThat(job.getList("attribution.metric.tokens")).hasSize(1);
        JsonPath page = given().get("/v1/capture-jobs/" + job.getString("id") + "/attributions")
                .jsonPath();
        assertThat(page.getList("items")).hasSize(job.getInt("slices.total"));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < page.getList("items").size(); i++) {
            byte[] bytes = objects.get(page.getString("items[" + i + "].object.key"), 1 << 24);
            assertThat(Digests.sha256(bytes)).isEqualTo(page.getString("items[" + i + "].object.sha256"));
            rows.addAll(AttributionFile.read(bytes).rows());
        }
        assertThat(rows).hasSize(12);
        for (Row row : rows) {
            assertThat(row.outcome()).isEqualTo(Outcome.BAD);
            assertThat(DocumentSplit.of(DocumentSplit.key(0, row.document()))).isEqualTo(DocumentSplit.SCORE);
            boolean fires = Arrays.stream(row.features()).anyMatch(j -> j == 5);
            assertThat(row.effects()[0] != 0).isEqualTo(fires);
            assertThat(row.features()).hasSizeGreaterThan(WIDTH);
            assertThat(row.integrated()).hasSameSizeAs(row.gradient()).hasSameSizeAs(row.features());
            assertThat(row.metric()).isNegative();
            assertThat(row.error()).as("the dictionary leaves no error").isCloseTo(0, within(1e-3f));
        }
    }

    @Test
    void refusesWhatCannotBeSearchedFor() {
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 3)));
        Map<String, Object> good = Map.of("radius", List.of(0.5));

        requireProblem(search(text, with(good, "target", "resid_post.9")), "search.target", "blocks.3.hook_resid_post");
        requireProblem(search(text, with(good, "target", "embed")), "search.target", "computed from");
        requireProblem(search(text, with(good, "directions", 65)), "search.directions", "1 to 64");
        requireProblem(search(text, with(good, "steps", 0)), "search.steps", "1 to 256");
        requireProblem(search(text, with(good, "radius", List.of(0.5, -1))), "search.radius[1]", "above 0");
        requireProblem(search(text, Map.of()), "search.radius", "1 to 8 lengths");
        String many = Organism.uploaded(file(Organism.bundled("benign.jsonl", 65)));
        requireProblem(search(many, good), "arms[0].transcripts", "at most 64");
        Map<String, Object> evaluation = search(text, good);
        evaluation.put("role", "evaluation");
        requireProblem(evaluation, "role", "find no directions");
    }

    private static Map<String, Object> search(String text, Map<String, Object> search) {
        Map<String, Object> job = job(Organism.registered(), text, Map.of());
        job.remove("attribution");
        job.put("hooks", List.of("resid_post.0"));
        job.put("search", search);
        return job;
    }

    @Test
    void refusesWhatCannotBeAttributed() {
        String model = Organism.registered();
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 3)));
        String dictionary = wide();
        String narrow = publish(2, 1, new float[] {1, 0});
        String encoder = CaptureClient.register("minilm", MiniLm.onnx(), MiniLm.tokenizer())
                .jsonPath()
                .getString("id");
        Map<String, Object> good = Map.of("dictionary", dictionary, "metric", METRIC);
        Traces before = Traces.now(jdbi);

        requireProblem(job(encoder, text, good), "attribution.metric", "no output 'logits'");
        requireProblem(
                job(model, text, with(good, "dictionary", "sha256:" + "0".repeat(64))),
                "attribution.dictionary",
                "a published dictionary");
        requireProblem(job(model, text, with(good, "dictionary", narrow)), "attribution.dictionary", "of width 128");
        requireProblem(
                job(model, text, with(good, "metric", Map.of("kind", "accuracy"))),
                "attribution.metric.kind",
                "log-probability or log-odds");
        requireProblem(
                job(model, text, with(good, "metric", Map.of("kind", "log-odds", "tokens", List.of("two words")))),
                "attribution.metric.tokens[0]",
                "of one token");
        requireProblem(
                job(model, text, with(good, "ablate", List.of(List.of(0), List.of(2 * WIDTH)))),
                "attribution.ablate[1][0]",
                "0 to 255");
        requireProblem(job(model, text, with(good, "steps", 65)), "attribution.steps", "0 (none) to 64");
        requireProblem(job(model, text, with(good, "gradients", false)), "attribution.gradients", "features to ablate");
        Map<String, Object> two = job(model, text, good);
        two.put("hooks", List.of("resid_post.1", "resid_post.2"));
        requireProblem(two, "hooks", "one hook point");
        Map<String, Object> evaluation = job(model, text, good);
        evaluation.put("role", "evaluation");
        requireProblem(evaluation, "role", "evaluation transcripts choose no features");
        requireProblem(
                given().contentType(ContentType.JSON)
                        .body(Map.of("split", "half"))
                        .post("/v1/transcripts/" + text + "/subsets"),
                "split",
                "explain, calibrate, score");

        assertThat(Traces.now(jdbi)).isEqualTo(before);
    }

    private static JsonPath subset(String digest, Map<String, Object> subset) {
        Response response =
                given().contentType(ContentType.JSON).body(subset).post("/v1/transcripts/" + digest + "/subsets");
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
        return response.jsonPath();
    }

    private static Map<String, Object> job(String model, String transcripts, Map<String, Object> attribution) {
        Map<String, Object> job = new HashMap<>(CaptureClient.job(
                model, List.of("resid_post.2"), "fp32", List.of(arm("a", "off-policy", transcripts))));
        job.put("attribution", attribution);
        return job;
    }

    private static Map<String, Object> with(Map<String, Object> good, String field, Object value) {
        Map<String, Object> changed = new HashMap<>(good);
        changed.put(field, value);
        return changed;
    }

    private static void requireProblem(Map<String, Object> job, String field, String allowed) {
        requireProblem(submit(job), field, allowed);
    }

    private static void requireProblem(Response response, String field, String allowed) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
        assertThat(response.jsonPath().getString("field"))
                .as(response.asString())
                .isEqualTo(field);
        assertThat(response.jsonPath().getString("allowed")).contains(allowed);
    }

    /** Features {@code +x_i} and {@code -x_i}: they give every value back. */
    private String wide() {
        float[] weights = new float[2 * WIDTH * WIDTH];
        for (int j = 0; j < 2 * WIDTH; j++) {
            weights[j * WIDTH + j % WIDTH] = j < WIDTH ? 1 : -1;
        }
        return publish(WIDTH, 2 * WIDTH, weights);
    }

    private String publish(int width, int features, float[] weights) {
        Dictionary dictionary = new Dictionary(
                width,
                features,
                weights,
                new float[features],
                Arrays.copyOf(weights, weights.length),
                new float[width],
                new float[features],
                new DictionaryInfo("jumprelu", "batchtopk", 8, "organism", "blocks.2.hook_resid_post", 0, 0, 0, 0));
        Path folder = dir.resolve("dictionary-" + width + "-" + features);
        String digest = DictionaryFiles.write(dictionary, folder);
        for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            objects.putIfAbsent(
                    "dictionaries/" + Digests.hex(digest) + "/" + name,
                    folder.resolve(name),
                    "application/octet-stream");
        }
        return digest;
    }
}
