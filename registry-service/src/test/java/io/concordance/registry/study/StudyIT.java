package io.concordance.registry.study;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.json.Json;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.registry.PeersResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class StudyIT {

    private static ObjectNode order() {
        return Json.mapper().valueToTree(StudyOrderTest.order());
    }

    private static ValidatableResponse post(JsonNode body, String key) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(body.toString())
                .when()
                .post("/v1/studies")
                .then();
    }

    private static ValidatableResponse post(JsonNode body) {
        return post(body, UUID.randomUUID().toString());
    }

    @Inject
    LearningShards learning;

    private static ShardWritten shard(String job, int slice, int part, int parts) {
        return new ShardWritten(
                job,
                "m",
                "resid_post.0",
                slice,
                2,
                "benign",
                "benign",
                "learning",
                new ObjectRef("b", "k-" + slice + "-" + part, "sha256:00", 1),
                "fp16",
                1,
                1,
                1,
                part,
                parts);
    }

    @Test
    void aLearningJobIsCompleteWhenEveryPartOfEverySliceIsKnown() {
        String job = UUID.randomUUID().toString();
        assertThat(learning.complete(job, "resid_post.0")).isFalse();

        learning.add(shard(job, 1, 0, 1));
        learning.add(shard(job, 0, 1, 2));
        learning.add(shard(job, 0, 1, 2));
        assertThat(learning.complete(job, "resid_post.0")).isFalse();

        learning.add(shard(job, 0, 0, 2));
        assertThat(learning.complete(job, "resid_post.0")).isTrue();
        assertThat(learning.first(job, "resid_post.0"))
                .extracting(LearningShards.OfArm::key)
                .containsExactly("k-0-0", "k-0-1", "k-1-0");
    }

    @Test
    void aStudyIsAcceptedOnceUnderOneKeyAndCanBeFollowed() {
        String key = UUID.randomUUID().toString();
        String id = post(order(), key).statusCode(202).extract().path("id");

        String location = post(order(), key).statusCode(202).extract().header("Location");

        assertThat(location).endsWith("/v1/studies/" + id);
        when().get("/v1/studies/" + id)
                .then()
                .statusCode(200)
                .body("name", equalTo("planted"))
                .body("stages.name", hasItem("evidence"));
        when().get("/v1/studies?limit=200").then().statusCode(200).body("items.id", hasItem(id));
        when().get("/v1/studies/" + id + "/report").then().statusCode(404);
    }

    @Test
    void aStudyThatCaptureRefusesFailsAndSaysWhy() {
        String id = post(order()).statusCode(202).extract().path("id");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> when().get("/v1/studies/" + id)
                        .then()
                        .body("state", equalTo("failed"))
                        .body("problem", containsString("capture answered 404"))
                        .body("stages.find { it.name == 'capture' }.state", equalTo("failed")));
        when().get("/studies/" + id)
                .then()
                .statusCode(200)
                .contentType("text/html")
                .body(containsString("planted"))
                .body(containsString("capture answered 404"))
                .body(not(containsString("<script")));
    }

    @Test
    void pagesOfStudiesFollowOneAnother() {
        String first = post(order()).statusCode(202).extract().path("id");
        String second = post(order()).statusCode(202).extract().path("id");

        when().get("/v1/studies?limit=1&cursor=" + second)
                .then()
                .statusCode(200)
                .body("items[0].id", equalTo(first));
    }

    @Test
    void whatCannotRunIsRefusedAtTheDoor() {
        ObjectNode odd = order();
        ((ObjectNode) odd.at("/study/arms/1")).put("kind", "telepathic");
        post(odd).statusCode(400).body("field", equalTo("study.arms[1].kind")).body("given", equalTo("telepathic"));

        ObjectNode steered = order();
        ((ObjectNode) steered.at("/study/arms/1")).put("kind", "steered");
        post(steered).statusCode(400).body("field", equalTo("study.arms[1].steer"));

        ObjectNode leaking = order();
        ((ObjectNode) leaking.get("transcripts")).put("off.jsonl", StudyOrderTest.OTHER);
        post(leaking).statusCode(400).body("field", equalTo("study.arms[1].transcripts"));

        ObjectNode without = order();
        ((ObjectNode) without.get("transcripts")).remove("off.jsonl");
        post(without).statusCode(400).body("field", equalTo("transcripts[\"off.jsonl\"]"));

        ObjectNode noBase = order();
        ((ObjectNode) noBase.get("models")).remove("base");
        post(noBase).statusCode(400).body("field", equalTo("models.base"));

        ObjectNode unknown = order();
        unknown.put("surprise", 1);
        post(unknown).statusCode(400).body("field", equalTo("surprise"));
    }

    @Test
    void aStudyThatIsNotThereIsNotFound() {
        String path = "/v1/studies/" + UUID.randomUUID();

        when().get(path).then().statusCode(404).contentType("application/problem+json");
        when().get(path + "/report").then().statusCode(404);
    }
}
