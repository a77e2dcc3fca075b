package io.concordance.capture;

import static io.concordance.capture.CaptureClient.ended;
import static io.concordance.capture.CaptureClient.file;
import static io.concordance.capture.CaptureClient.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.capture.model.MiniLm;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.shard.Shard;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
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
class InterventionIT {
    private static final int WIDTH = 128;
    private static final String HOOK = "blocks.1.hook_resid_post";
    private static final String NOWHERE = "sha256:" + "0".repeat(64);

    @Inject
    ObjectStore objects;

    @Inject
    Jdbi jdbi;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TempDir
    Path dir;

    @Test
    void capturesAnArmAsItIsAfterItsInterventions() {
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 30)));
        List<Double> vector = vector(WIDTH);
        Response accepted = submit(job(
                Organism.registered(),
                List.of("resid_post.0", "resid_post.1", "resid_post.3"),
                List.of(arm("plain", "benign", text), arm("pushed", "steered", text, "push")),
                List.of(intervention(
                        "push",
                        "add",
                        Map.of("vector", vector, "scale", Map.of("value", 0.5, "unit", "residual-norm"))))));
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);

        JsonPath job = ended(accepted.jsonPath().getString("id"));

        assertThat(job.getString("state")).as(job.getString("problem")).isEqualTo("completed");
        assertThat(job.getString("interventions[0].hook")).isEqualTo(HOOK);
        assertThat(job.getString("interventions[0].scale.unit")).isEqualTo("residual-norm");
        assertThat(job.getList("arms.find { it.name == 'pushed' }.interventions"))
                .isEqualTo(List.of("push"));
        double norm = job.getDouble("measured.push.norm");
        assertThat(norm).isBetween(1.0, 100.0);
        assertThat(job.getLong("measured.push.tokens")).isPositive();
        Map<String, float[]> rows = rows(job.getString("id"));
        double length = Math.sqrt(vector.stream().mapToDouble(v -> v * v).sum());
        assertThat(rows.get("resid_post.0/pushed")).containsExactly(rows.get("resid_post.0/plain"));
        float[] plain = rows.get("resid_post.1/plain");
        float[] pushed = rows.get("resid_post.1/pushed");
        for (int i = 0; i < plain.length; i++) {
            double delta = 0.5 * norm * vector.get(i % WIDTH) / length;
            assertThat((double) pushed[i]).isCloseTo(plain[i] + delta, within(1e-5));
        }
        assertThat(rows.get("resid_post.3/pushed")).isNotEqualTo(rows.get("resid_post.3/plain"));
    }

    @Test
    void saysInShardsWhatWasDone() {
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 5)));
        String id = submit(job(
                        Organism.registered(),
                        List.of("resid_post.2"),
                        List.of(arm("plain", "benign", text), arm("cut", "perturbed", text, "cut")),
                        List.of(intervention(
                                "cut", "ablate-direction", Map.of("vector", vector(WIDTH), "positions", "generated")))))
                .jsonPath()
                .getString("id");
        assertThat(ended(id).getString("state")).isEqualTo("completed");

        StoredShards shards = StoredShards.of(id, kafka, objects, dir);
        for (ShardWritten event : shards.events()) {
            try (Shard shard = shards.open(event)) {
                if (event.arm().equals("plain")) {
                    assertThat(shard.header().interventions()).isNull();
                } else {
                    JsonNode said = Json.read(
                            String.valueOf(shard.header().interventions()).getBytes(StandardCharsets.UTF_8),
                            JsonNode.class);
                    assertThat(said.at("/0/intervention/kind").asText()).isEqualTo("ablate-direction");
                    assertThat(said.at("/0/intervention/positions").asText()).isEqualTo("generated");
                    assertThat(objects.exists(
                                    said.at("/0/intervention/direction/key").asText()))
                            .isTrue();
                }
            }
        }
    }

    /** Expected values: the same edits in PyTorch on the same 40 documents. */
    @Test
    void judgesADictionaryByTheLossItRecovers() {
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 40)));
        String whole = published(2 * WIDTH);
        String half = published(WIDTH / 2);
        Map<String, Object> request = job(
                Organism.registered(),
                List.of("resid_post.1"),
                List.of(
                        arm("plain", "benign", text),
                        arm("whole", "perturbed", text, "whole"),
                        arm("half", "perturbed", text, "half"),
                        arm("less", "perturbed", text, "less")),
                List.of(
                        intervention("whole", "reconstruct", Map.of("dictionary", whole)),
                        intervention("half", "reconstruct", Map.of("dictionary", half)),
                        intervention(
                                "less", "ablate-feature", Map.of("dictionary", whole, "features", List.of(3, 5)))));
        request.put("metrics", List.of("ce", "kl"));

        JsonPath job = ended(submit(request).jsonPath().getString("id"));
        JsonPath again = ended(submit(request).jsonPath().getString("id"));

        assertThat(job.getString("state")).as(job.getString("problem")).isEqualTo("completed");
        assertThat(job.getList("losses.arm")).containsExactly("whole", "half", "less");
        assertThat(job.getDouble("losses[0].ceClean")).isCloseTo(0.74105, within(1e-4));
        assertThat(job.getDouble("losses[0].ceZero")).isCloseTo(9.02408, within(1e-4));
        assertThat(job.getDouble("losses[0].ceLossRecovered")).isCloseTo(1, within(1e-4));
        assertThat(job.getDouble("losses[0].kl")).isCloseTo(0, within(1e-6));
        assertThat(job.getDouble("losses[1].ceLossRecovered")).isCloseTo(0.85243, within(1e-4));
        assertThat(job.getDouble("losses[1].kl")).isCloseTo(1.22577, within(1e-4));
        assertThat(job.getDouble("losses[2].ceLossRecovered")).isCloseTo(0.99996, within(1e-4));
        assertThat(job.getDouble("losses[2].kl")).isCloseTo(8.59e-5, within(1e-6));
        assertThat(job.getLong("losses[0].tokens")).isEqualTo(job.getLong("losses[1].tokens"));
        assertThat(again.getList("losses")).isEqualTo(job.getList("losses"));
    }

    @Test
    void refusesWhatCannotBeDone() {
        String model = Organism.registered();
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 2)));
        String dictionary = published(WIDTH);
        String narrow = narrow();
        List<Map<String, Object>> arms = List.of(arm("a", "steered", text, "i"));
        List<Double> nan = new ArrayList<>(vector(WIDTH));
        nan.set(7, 1e300);
        Map<String, Object> good = intervention("i", "add", Map.of("vector", vector(WIDTH)));
        Map<String, Object> lost = new HashMap<>(good);
        lost.put("hook", "resid_post.9");
        Traces before = Traces.now(jdbi);
        record Refused(String field, String allowed, Map<String, Object> intervention) {}

        List<Refused> table = List.of(
                new Refused("hook", "blocks.3.hook_resid_post", lost),
                new Refused("vector", "128 values", intervention("i", "add", Map.of("vector", vector(3)))),
                new Refused("vector[7]", "a finite number", intervention("i", "add", Map.of("vector", nan))),
                new Refused("vector", "one of vector", intervention("i", "add", Map.of())),
                new Refused("kind", "add, ablate-direction", intervention("i", "nudge", Map.of())),
                new Refused(
                        "vector",
                        "a length above 0",
                        intervention("i", "ablate-direction", Map.of("vector", zeros(WIDTH)))),
                new Refused(
                        "scale.unit",
                        "residual-norm",
                        intervention(
                                "i", "add", Map.of("vector", vector(WIDTH), "scale", Map.of("value", 1, "unit", "m")))),
                new Refused(
                        "positions[0]",
                        "a token position",
                        intervention("i", "add", Map.of("vector", vector(WIDTH), "positions", List.of(-1)))),
                new Refused(
                        "direction.key",
                        "a file in the object store",
                        intervention(
                                "i",
                                "add",
                                Map.of("direction", Map.of("key", "directions/x.safetensors", "sha256", NOWHERE)))),
                new Refused(
                        "direction.key",
                        "directions/<name>",
                        intervention("i", "add", Map.of("direction", Map.of("key", "models/../x", "sha256", NOWHERE)))),
                new Refused(
                        "dictionary",
                        "a published dictionary",
                        intervention("i", "reconstruct", Map.of("dictionary", NOWHERE))),
                new Refused(
                        "dictionary", "of width 128", intervention("i", "reconstruct", Map.of("dictionary", narrow))),
                new Refused(
                        "features[1]",
                        "0 to 127",
                        intervention(
                                "i", "ablate-feature", Map.of("dictionary", dictionary, "features", List.of(0, 128)))),
                new Refused(
                        "feature.index",
                        "0 to 127",
                        intervention("i", "add", Map.of("feature", Map.of("dictionary", dictionary, "index", -1)))),
                new Refused(
                        "vector",
                        "no vector",
                        intervention("i", "reconstruct", Map.of("dictionary", dictionary, "vector", zeros(2)))),
                new Refused(
                        "head",
                        "0 to 3",
                        intervention("i", "shift-head", Map.of("vector", vector(32), "head", 4, "heads", 4))));
        for (Refused refused : table) {
            requireProblem(
                    submit(job(model, List.of("resid_post.0"), arms, List.of(refused.intervention()))),
                    "interventions[0]." + refused.field(),
                    refused.allowed());
        }
        requireProblem(
                submit(job(model, List.of("resid_post.0"), List.of(arm("a", "steered", text, "other")), List.of(good))),
                "arms[0].interventions[0]",
                "the job's interventions, each once: i");
        requireProblem(
                submit(job(model, List.of("resid_post.0"), List.of(arm("a", "benign", text, "i")), List.of(good))),
                "arms[0].kind",
                "perturbed, steered");
        requireProblem(
                submit(job(model, List.of("resid_post.0"), arms, List.of(good, good))),
                "interventions[1].name",
                "no other intervention");
        assertThat(Traces.now(jdbi)).isEqualTo(before);
    }

    @Test
    void refusesMetricsWhereThereIsNothingToCompare() {
        String text = Organism.uploaded(file(Organism.bundled("benign.jsonl", 2)));
        String encoder = CaptureClient.register("minilm", MiniLm.onnx(), MiniLm.tokenizer())
                .jsonPath()
                .getString("id");
        Traces before = Traces.now(jdbi);

        Map<String, Object> noLogits = job(
                encoder,
                List.of("resid_post.0"),
                List.of(arm("a", "steered", text, "i")),
                List.of(intervention("i", "add", Map.of("vector", vector(384)))));
        noLogits.put("metrics", List.of("ce"));
        requireProblem(submit(noLogits), "metrics", "no output 'logits'");
        Map<String, Object> plain =
                job(Organism.registered(), List.of("resid_post.0"), List.of(arm("a", "benign", text)), List.of());
        plain.put("metrics", List.of("ce"));
        requireProblem(submit(plain), "metrics", "no arm has interventions");
        plain.put("metrics", List.of("ce", "accuracy"));
        requireProblem(submit(plain), "metrics[1]", "ce, kl");

        assertThat(Traces.now(jdbi)).isEqualTo(before);
    }

    private static Map<String, Object> job(
            String model, List<String> hooks, List<Map<String, Object>> arms, List<Map<String, Object>> interventions) {
        Map<String, Object> job = new HashMap<>(CaptureClient.job(model, hooks, "fp32", arms));
        job.put("interventions", interventions);
        return job;
    }

    private static Map<String, Object> arm(String name, String kind, String transcripts, String... interventions) {
        Map<String, Object> arm = new HashMap<>(CaptureClient.arm(name, kind, transcripts));
        arm.put("interventions", List.of(interventions));
        return arm;
    }

    private static Map<String, Object> intervention(String name, String kind, Map<String, Object> more) {
        Map<String, Object> intervention = new HashMap<>(Map.of("name", name, "hook", "resid_post.1", "kind", kind));
        intervention.putAll(more);
        return intervention;
    }

    private static List<Double> vector(int width) {
        return IntStream.range(0, width).mapToObj(i -> Math.sin(i + 1)).toList();
    }

    private static List<Double> zeros(int width) {
        return IntStream.range(0, width).mapToObj(i -> 0.0).toList();
    }

    /** Features {@code +x_i} and then {@code -x_i}: all 256 give every value back. */
    private String published(int features) {
        float[] weights = new float[features * WIDTH];
        for (int j = 0; j < features; j++) {
            weights[j * WIDTH + j % WIDTH] = j < WIDTH ? 1 : -1;
        }
        return publish(WIDTH, features, weights);
    }

    private String narrow() {
        return publish(2, 1, new float[] {1, 0});
    }

    private String publish(int width, int features, float[] weights) {
        Dictionary dictionary = new Dictionary(
                width,
                features,
                weights,
                new float[features],
                weights,
                new float[width],
                new float[features],
                new DictionaryInfo("jumprelu", "batchtopk", 8, "organism", HOOK, 0, 0, 0, 0));
        Path folder = dir.resolve("dictionary-" + width + "-" + features);
        String digest = DictionaryFiles.write(dictionary, folder);
        for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            objects.putIfAbsent(
                    "dictionaries/" + digest.substring("sha256:".length()) + "/" + name,
                    folder.resolve(name),
                    "application/octet-stream");
        }
        return digest;
    }

    /** Activations by hook and arm, in order of document and position. */
    private Map<String, float[]> rows(String job) {
        StoredShards shards = StoredShards.of(job, kafka, objects, dir);
        Map<String, float[]> rows = new HashMap<>();
        shards.events().stream()
                .sorted(java.util.Comparator.comparingInt(ShardWritten::slice))
                .forEach(event -> {
                    try (Shard shard = shards.open(event)) {
                        String key =
                                event.hook().replaceFirst("blocks\\.(\\d+)\\.hook_(\\w+)", "$2.$1") + "/" + event.arm();
                        float[] earlier = rows.getOrDefault(key, new float[0]);
                        float[] joined = Arrays.copyOf(earlier, earlier.length + shard.rows() * shard.width());
                        shard.activations(0, shard.rows(), joined, earlier.length);
                        rows.put(key, joined);
                    }
                });
        return rows;
    }

    private static void requireProblem(Response response, String field, String allowed) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
        assertThat(response.jsonPath().getString("field"))
                .as(response.asString())
                .isEqualTo(field);
        assertThat(response.jsonPath().getString("allowed")).contains(allowed);
    }
}
