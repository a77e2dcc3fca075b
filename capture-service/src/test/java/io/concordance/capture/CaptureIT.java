package io.concordance.capture;

import static io.concordance.capture.CaptureClient.arm;
import static io.concordance.capture.CaptureClient.ended;
import static io.concordance.capture.CaptureClient.extend;
import static io.concordance.capture.CaptureClient.file;
import static io.concordance.capture.CaptureClient.job;
import static io.concordance.capture.CaptureClient.line;
import static io.concordance.capture.CaptureClient.register;
import static io.concordance.capture.CaptureClient.submit;
import static io.concordance.capture.CaptureClient.upload;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.capture.model.DirectRun;
import io.concordance.capture.model.MiniLm;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.shard.Shard;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class CaptureIT {
    @Inject
    ObjectStore objects;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TempDir
    Path dir;

    @Test
    void capturesEveryPositionOfEveryDocumentOnceAndAsTheModelComputesIt() {
        Response registered = register("minilm", MiniLm.onnx(), MiniLm.tokenizer());
        assertThat(registered.statusCode()).as(registered.asString()).isIn(200, 201);
        String model = registered.jsonPath().getString("id");
        assertThat(registered.jsonPath().getInt("layers")).isEqualTo(6);
        assertThat(register("again", MiniLm.onnx(), MiniLm.tokenizer()).statusCode())
                .isEqualTo(200);
        List<String> calm = lines("calm", 60, 11);
        List<String> wild = lines("wild", 25, 12);
        String calmDigest = upload(file(calm)).jsonPath().getString("digest");
        String wildDigest = upload(file(wild)).jsonPath().getString("digest");

        Response accepted = submit(job(
                model,
                List.of("resid_post.2", "blocks.5.hook_resid_post"),
                "fp32",
                List.of(arm("calm", "benign", calmDigest), arm("wild", "off-policy", wildDigest))));
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);
        String id = accepted.jsonPath().getString("id");
        assertThat(accepted.header("Location")).endsWith("/v1/capture-jobs/" + id);
        JsonPath ended = ended(id);

        assertThat(ended.getString("state")).as(ended.getString("problem")).isEqualTo("completed");
        assertThat(ended.getInt("slices.done")).isEqualTo(ended.getInt("slices.total"));
        assertThat(ended.getList("hooks")).containsExactly("blocks.2.hook_resid_post", "blocks.5.hook_resid_post");
        StoredShards shards = StoredShards.of(id, kafka, objects, dir);
        assertThat(shards.events()).hasSize(2 * ended.getInt("slices.total"));
        assertThat(shards.rows()).isEqualTo(ended.getLong("rows"));
        assertThat(ended.getLong("tokens")).isEqualTo(ended.getLong("rows") / 2);
        await().untilAsserted(() -> assertThat(given().get("/q/metrics").asString())
                .contains(
                        "concordance_capture_slices_total",
                        "concordance_capture_tokens_total",
                        "concordance_capture_shard_bytes_total"));
        try (DirectRun direct = DirectRun.of(MiniLm.onnx(), MiniLm.tokenizer())) {
            for (String hook : List.of("blocks.2.hook_resid_post", "blocks.5.hook_resid_post")) {
                requireEveryPosition(shards.positions(hook, "calm"), direct, calm);
                requireEveryPosition(shards.positions(hook, "wild"), direct, wild);
            }
            List<String> all = new ArrayList<>(calm);
            all.addAll(wild);
            requireSameActivations(shards, direct, all);
        }
    }

    @Test
    void givesTheSameTensorsForTheSameJobAgain() {
        String model = Organism.registered();
        String digest = Organism.transcripts(40, 5);
        Map<String, Object> definition =
                job(model, List.of("resid_post.1", "resid_pre.0"), "fp16", List.of(arm("a", "benign", digest)));

        String first = submit(definition).jsonPath().getString("id");
        String second = submit(definition).jsonPath().getString("id");

        assertThat(ended(first).getString("state")).isEqualTo("completed");
        assertThat(ended(second).getString("state")).isEqualTo("completed");
        assertThat(StoredShards.of(first, kafka, objects, dir).tensors())
                .isNotEmpty()
                .isEqualTo(StoredShards.of(second, kafka, objects, dir).tensors());
    }

    @Test
    void marksTheModelsOwnTokensAndTheOutcome() {
        String model = Organism.registered();
        String digest = upload(file(List.of(line("d", "bad", "raw", "<|user|>ab", "summary", "no", "output", "<ACT>"))))
                .jsonPath()
                .getString("digest");
        String id = submit(job(model, List.of("resid_post.0"), "fp16", List.of(arm("a", "instructed", digest))))
                .jsonPath()
                .getString("id");

        assertThat(ended(id).getString("state")).isEqualTo("completed");

        StoredShards shards = StoredShards.of(id, kafka, objects, dir);
        try (Shard shard = shards.open(shards.events().getFirst())) {
            assertThat(shard.header().armKind()).isEqualTo("instructed");
            assertThat(shard.tokens()).startsWith(3).endsWith(7);
            assertThat(shard.spans()).startsWith(0).endsWith(1);
            assertThat(shard.outcomes()).containsOnly(1);
        }
    }

    @Test
    void cutsDocumentsToTheContextAndCountsThem() {
        String long_ = line("long", "ok", "raw", "ping web ".repeat(200));
        String digest = Organism.uploaded(file(List.of(long_, line("short", "ok", "raw", "ping web"))));
        String id = submit(job(
                        Organism.registered(), List.of("resid_post.0"), "fp16", List.of(arm("a", "benign", digest))))
                .jsonPath()
                .getString("id");

        JsonPath ended = ended(id);

        assertThat(ended.getInt("truncatedDocuments")).isEqualTo(1);
        assertThat(StoredShards.of(id, kafka, objects, dir)
                        .positions("blocks.0.hook_resid_post", "a")
                        .get("long")
                        .cardinality())
                .isEqualTo(128);
    }

    @Test
    void failsAJobWhoseActivationsDoNotFitAndKeepsNoneOfItsShards() {
        Path onnx = TinyTransformer.write(TinyTransformer.loud(), dir.resolve("loud.onnx"));
        Path tokenizer = TinyTransformer.writeTokenizer(TinyTransformer.VOCABULARY, dir.resolve("loud-tokenizer.json"));
        String model = register("loud", onnx, tokenizer).jsonPath().getString("id");
        String digest = Organism.uploaded(file(List.of(line("d", "ok", "raw", "t1 t2 t3"))));
        List<Map<String, Object>> arms = List.of(arm("a", "benign", digest));

        String half = submit(job(model, List.of("resid_post.0"), "fp16", arms))
                .jsonPath()
                .getString("id");
        String full = submit(job(model, List.of("resid_post.0"), "fp32", arms))
                .jsonPath()
                .getString("id");

        assertThat(ended(half).getString("state")).isEqualTo("failed");
        assertThat(ended(half).getString("problem"))
                .contains("slice 0 of arm 'a'")
                .contains("not finite in fp16");
        assertThat(Traces.keys("shards/" + half + "/")).isEmpty();
        assertThat(ended(full).getString("state")).isEqualTo("completed");
    }

    @Test
    void hooksATensorByItsOwnName() {
        String model = Organism.registered();
        String tensor = given().get("/v1/models/" + model).jsonPath().getString("hooks[0].tensor");
        List<Map<String, Object>> arms = List.of(arm("a", "benign", Organism.transcripts(2, 9)));

        String id = submit(job(model, List.of(tensor), "fp16", arms)).jsonPath().getString("id");

        assertThat(ended(id).getString("state")).isEqualTo("completed");
        assertThat(StoredShards.of(id, kafka, objects, dir).events())
                .singleElement()
                .satisfies(shard -> assertThat(shard.hook()).isEqualTo(tensor));
    }

    @Test
    void extendsACompletedJobBehindWhatItHas() {
        String model = Organism.registered();
        String first = Organism.transcripts(12, 21);
        String id = submit(job(model, List.of("resid_post.0"), "bf16", List.of(arm("a", "benign", first))))
                .jsonPath()
                .getString("id");
        int slices = ended(id).getInt("slices.total");
        Map<String, List<Object>> before =
                StoredShards.of(id, kafka, objects, dir).tensors();

        Response extended = extend(
                id,
                List.of(
                        arm("a", "benign", Organism.uploaded(file(List.of(line("more", "ok", "raw", "ping web"))))),
                        arm("b", "off-policy", Organism.transcripts(7, 22))));

        assertThat(extended.statusCode()).as(extended.asString()).isEqualTo(202);
        assertThat(extended.jsonPath().getString("state")).isEqualTo("running");
        JsonPath ended = ended(id);
        assertThat(ended.getString("state")).as(ended.getString("problem")).isEqualTo("completed");
        assertThat(ended.getInt("documents")).isEqualTo(20);
        assertThat(ended.getInt("slices.total")).isEqualTo(slices + 2);
        StoredShards after = StoredShards.of(id, kafka, objects, dir);
        assertThat(after.tensors()).containsAllEntriesOf(before).hasSize(slices + 2);
        assertThat(after.positions("blocks.0.hook_resid_post", "a")).hasSize(13).containsKey("more");
        assertThat(after.positions("blocks.0.hook_resid_post", "b")).hasSize(7);
        assertThat(Announced.ends(id, kafka))
                .containsExactly(
                        new CaptureJobEnded(id, "completed", slices, null),
                        new CaptureJobEnded(id, "completed", slices + 2, null));
    }

    @Test
    void refusesToExtendWhatHasFailedOrDoesNotFit() {
        String model = Organism.registered();
        String digest = Organism.transcripts(400, 23);
        String id = submit(job(model, List.of("resid_post.0"), "fp16", List.of(arm("a", "benign", digest))))
                .jsonPath()
                .getString("id");

        assertThat(extend(id, List.of(arm("a", "off-policy", digest))).asString())
                .contains("arms[0].kind")
                .contains("benign");
        assertThat(given().delete("/v1/capture-jobs/" + id).statusCode()).isEqualTo(200);
        assertThat(extend(id, List.of(arm("b", "benign", digest))).statusCode()).isEqualTo(409);
        assertThat(ended(id).getInt("documents")).isEqualTo(400);
        assertThat(Announced.ends(id, kafka)).extracting(CaptureJobEnded::state).containsExactly("cancelled");
        assertThat(extend(java.util.UUID.randomUUID().toString(), List.of(arm("b", "benign", digest)))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void followsAJobToItsEnd() {
        String model = Organism.registered();
        String digest = Organism.transcripts(30, 6);
        String id = submit(job(model, List.of("resid_post.0"), "fp16", List.of(arm("a", "benign", digest))))
                .jsonPath()
                .getString("id");

        String events = given().accept("text/event-stream")
                .get("/v1/capture-jobs/" + id + "/events")
                .asString();

        assertThat(events).contains("event:progress").contains("\"state\":\"completed\"");
        assertThat(given().delete("/v1/capture-jobs/" + id).statusCode()).isEqualTo(409);
    }

    @Test
    void listsModelsAndJobsPageByPage() {
        String model = Organism.registered();
        List<Map<String, Object>> arms = List.of(arm("a", "benign", Organism.transcripts(2, 8)));
        for (int i = 0; i < 2; i++) {
            ended(submit(job(model, List.of("resid_post.0"), "fp16", arms))
                    .jsonPath()
                    .getString("id"));
        }

        for (String list : List.of("/v1/models", "/v1/capture-jobs")) {
            List<String> all =
                    given().queryParam("limit", 200).get(list).jsonPath().getList("items.id");
            List<String> paged = new ArrayList<>();
            String next = null;
            do {
                JsonPath page = given().queryParams(next == null ? Map.of() : Map.of("cursor", next))
                        .queryParam("limit", 1)
                        .get(list)
                        .jsonPath();
                paged.addAll(page.getList("items.id"));
                next = page.getString("next");
            } while (next != null);
            assertThat(paged).isNotEmpty().isEqualTo(all);
        }
        assertThat(given().get("/v1/capture-jobs/nonsense").statusCode()).isEqualTo(404);
        assertThat(given().queryParam("limit", 0).get("/v1/models").statusCode())
                .isEqualTo(400);
    }

    private static void requireEveryPosition(Map<String, BitSet> seen, DirectRun direct, List<String> lines) {
        assertThat(seen).hasSize(lines.size());
        for (String line : lines) {
            BitSet whole = new BitSet();
            whole.set(0, direct.tokens(line).length);
            assertThat(seen.get(DirectRun.id(line))).isEqualTo(whole);
        }
    }

    /** Batches pad and group differently from a lone run, which moves the last bits of a sum. */
    private static void requireSameActivations(StoredShards shards, DirectRun direct, List<String> lines) {
        for (ShardWritten event : shards.events()) {
            float largest = 0;
            try (Shard shard = shards.open(event)) {
                int[] documents = shard.documents();
                int[] positions = shard.positions();
                float[] row = new float[shard.width()];
                int at = 0;
                while (at < shard.rows()) {
                    String id = shard.documentIds().get(documents[at]);
                    String line = lines.stream()
                            .filter(l -> DirectRun.id(l).equals(id))
                            .findFirst()
                            .orElseThrow();
                    float[] expected = direct.activations(line, event.hook());
                    int length = expected.length / shard.width();
                    for (int p = 0; p < length; p++, at++) {
                        assertThat(positions[at]).isEqualTo(p);
                        shard.activations(at, 1, row, 0);
                        for (int i = 0; i < row.length; i++) {
                            largest = Math.max(largest, Math.abs(row[i] - expected[p * row.length + i]));
                        }
                    }
                }
            }
            assertThat(largest).isLessThan(2e-5f);
        }
    }

    private static List<String> lines(String prefix, int count, long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = "the house of \uD83D\uDE00 stones is long and wide ".repeat(1 + random.nextInt(12));
            lines.add(line(prefix + "-" + i, i % 3 == 0 ? "bad" : "ok", "raw", text, "output", "and so it is"));
        }
        return lines;
    }
}
