package io.concordance.registry;

import static io.concordance.registry.Calls.amend;
import static io.concordance.registry.Calls.approve;
import static io.concordance.registry.Calls.candidate;
import static io.concordance.registry.Calls.post;
import static io.concordance.registry.Calls.propose;
import static io.concordance.registry.Calls.review;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.concordance.contracts.event.Event;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class ConcernIT {
    @Inject
    ObjectStore store;

    @Inject
    Jdbi jdbi;

    Platform platform;

    @AfterEach
    void forgetPeers() {
        PeersResource.forget();
    }

    @Test
    void aChangeOfAProposalNamesTheStateItReplaces() {
        String uid = candidate(store, platform, 201, 0).uid(0);
        String first = propose(uid, "high", "ada").statusCode(201).extract().header("ETag");
        amend(uid, "medium", "ada", null)
                .statusCode(428)
                .body("type", equalTo("urn:concordance:problem:precondition-required"));
        review(uid, "bob", "approve", "\"0-0\"").statusCode(412);
        String second =
                review(uid, "bob", "approve", first).statusCode(201).extract().header("ETag");
        assertThat(second).isNotEqualTo(first);
        amend(uid, "medium", "ada", first).statusCode(412).body("type", equalTo("urn:concordance:problem:stale"));
        amend(uid, "medium", "ada", "no tag").statusCode(400).body("field", equalTo("If-Match"));
        String third = amend(uid, "medium", "ada", second)
                .statusCode(200)
                .body("round", equalTo(2))
                .body("reviews", hasSize(0))
                .extract()
                .header("ETag");
        given().header("If-None-Match", third)
                .get("/v1/features/" + uid + "/concern")
                .then()
                .statusCode(304);
        when().get("/v1/features/" + uid).then().body("concernTag", equalTo(third));
        review(uid, "bob", "approve", null).statusCode(428);
        review(uid, "bob", "approve", third).statusCode(201).body("state", equalTo("approved"));
        when().get("/v1/features/" + uid + "/grade")
                .then()
                .statusCode(200)
                .body("equal", equalTo(true))
                .body("recomputed", equalTo("E1"))
                .body("proposal.equal", equalTo(true))
                .body("arms[0].associates", equalTo(true));
    }

    @Test
    void nothingOfTheAuditTrailCanBeChangedUnnoticed() {
        String uid = candidate(store, platform, 202, 0).uid(0);
        approve(uid, "high");
        JsonPath trail = when().get("/v1/audit?subject=" + uid).jsonPath();
        List<Integer> ids = trail.getList("items.id");
        assertThat(ids).hasSize(3);
        int second = ids.get(1);
        when().get("/v1/audit?subject=" + uid + "&limit=1&cursor=" + ids.get(0))
                .then()
                .body("items.id", equalTo(List.of(second)))
                .body("next", equalTo(String.valueOf(second)));
        JsonPath whole = when().get("/v1/audit/verification").jsonPath();
        assertThat(whole.getString("broken")).isNull();
        String head = whole.getString("head");
        int entries = whole.getInt("entries");

        for (String change : List.of(
                "update audit set why = 'another reason' where id = " + second,
                "delete from audit where id = " + second,
                "truncate audit")) {
            assertThatThrownBy(() -> jdbi.useHandle(handle -> handle.execute(change)))
                    .as(change)
                    .hasMessageContaining("only ever added to");
        }
        behindTheTriggers("update audit set who = 'eve' where id = " + second);
        verification("").body("broken.entry", equalTo(second)).body("entries", equalTo(second - 1));
        behindTheTriggers("update audit set who = 'bob' where id = " + second);
        verification("").body("broken", nullValue()).body("head", equalTo(head));
        verification("?entry=" + entries + "&digest=" + head).body("broken", nullValue());
        verification("?entry=" + (entries + 1) + "&digest=" + head).body("broken.problem", equalTo("is missing"));
        when().get("/v1/audit/verification?entry=1").then().statusCode(400).body("field", equalTo("digest"));
        when().get("/v1/audit?limit=501").then().statusCode(400).body("field", equalTo("limit"));
    }

    @Test
    void aLevelWaitsForWhatItRequiresToBeRead() {
        String uid = candidate(store, platform, 203, 0).uid(0);
        post(
                        "/v1/features/" + uid + "/proposal",
                        null,
                        "{\"level\":\"medium\",\"reason\":\"r\",\"by\":\"ada\",\"requirements\":[{\"judging\":\"j-203\","
                                + "\"arm\":\"off-policy\",\"items\":50,\"judge\":\"gpt\"}]}")
                .statusCode(201);
        review(uid, "bob", "approve").statusCode(409).body("detail", containsString("404"));
        PeersResource.ANSWERS.put("/v1/judgings/j-203/rates", rates("[]", "labels: given '12'"));
        review(uid, "bob", "approve").statusCode(409).body("detail", containsString("not calibrated"));
        when().get("/v1/features/" + uid + "/readings").then().body("missing", hasSize(1));
        PeersResource.ANSWERS.put(
                "/v1/judgings/j-203/rates",
                rates(
                        "[{\"method\":\"rogan-gladen\",\"value\":0.4,\"low\":0.3,\"high\":0.5,\"n\":300,"
                                + "\"positiveLabels\":120,\"negativeLabels\":130}]",
                        null));
        review(uid, "bob", "approve")
                .statusCode(201)
                .body("state", equalTo("approved"))
                .body("readings[0].read", equalTo(60))
                .body("readings[0].rates[0].high", equalTo(0.5f));
        when().get("/v1/features/" + uid)
                .then()
                .body("concern.readings[0].rates[0].n", equalTo(300))
                .body("audit.action", equalTo(List.of("proposed", "reviewed")));
    }

    @Test
    void aFeatureIsFollowedThroughTheDictionariesOfItsLine() {
        Planted first = Planted.store(store, 204);
        Planted second = Planted.store(store, 205);
        Planted third = Planted.store(store, 206);
        List<Event<?>> events = new ArrayList<>(List.of(
                third.discovered(1, "kept", second, 0.97),
                second.discovered(1, "drifted", first, 0.7),
                first.discovered(1),
                first.discovered(2),
                first.discovered(2, "retired", second, 0.2),
                first.discovered(0),
                second.discovered(0, "split", first, 0.71),
                second.discovered(3, "split", first, 0, 0.7)));
        Planted.send(platform.endpoints().kafka().bootstrapServers(), events);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            when().get("/v1/features/" + first.uid(1) + "/lineage")
                    .then()
                    .statusCode(200)
                    .body("fate", equalTo("drifted"))
                    .body("self.change", equalTo("new"))
                    .body("descendants.uid", equalTo(List.of(second.uid(1), third.uid(1))))
                    .body("descendants.change", equalTo(List.of("drifted", "kept")));
            when().get("/v1/features/" + first.uid(2) + "/lineage")
                    .then()
                    .statusCode(200)
                    .body("fate", equalTo("retired"))
                    .body("retired.successor", equalTo(List.of(second.digest())));
            when().get("/v1/features/" + first.uid(0) + "/lineage")
                    .then()
                    .statusCode(200)
                    .body("fate", equalTo("split"))
                    .body("descendants.uid", equalTo(List.of(second.uid(0), second.uid(3))));
        });
        String page = when().get("/features/" + first.uid(0)).asString();
        assertThat(page)
                .contains(
                        "feature 0 and feature 3 come from it",
                        "/features/" + second.uid(0),
                        "/features/" + second.uid(3));
        when().get("/v1/features/" + third.uid(1) + "/lineage")
                .then()
                .body("fate", equalTo("latest"))
                .body("ancestors.uid", equalTo(List.of(first.uid(1), second.uid(1))))
                .body("self.cosine", equalTo(0.97f));
        when().get("/v1/features/f_none/lineage").then().statusCode(404);
    }

    @Test
    void whatIsWatchedIsKeptFromWhateverTrains() {
        Planted planted = candidate(store, platform, 207, 0, 1);
        approve(planted.uid(0), "medium");
        String watched = "/v1/features/" + planted.uid(0);
        as("training").get(watched).then().statusCode(403).body("type", equalTo("urn:concordance:problem:forbidden"));
        as("training").get(watched + ";v=1").then().statusCode(403);
        as("training").get("/v1/releases").then().statusCode(403);
        as("training").get("/").then().statusCode(403);
        as("training").get("/v1/features/" + planted.uid(1)).then().statusCode(200);
        as("reading").get(watched).then().statusCode(200);
        as("guessed").get(watched).then().statusCode(401);
        when().get("/v1/access")
                .then()
                .body("deniedRoles", equalTo(List.of("trainer")))
                .body("credentialsRequired", equalTo(false));
        List<String> denied = when().get("/v1/audit?subject=access").jsonPath().getList("items.why");
        assertThat(denied).contains("GET " + watched, "GET /v1/releases", "GET /");
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private static ValidatableResponse verification(String query) {
        return when().get("/v1/audit/verification" + query).then().statusCode(200);
    }

    /** As somebody does who owns the database. */
    private void behindTheTriggers(String change) {
        jdbi.useHandle(handle -> {
            handle.execute("alter table audit disable trigger audit_rows_stay");
            handle.execute(change);
            handle.execute("alter table audit enable trigger audit_rows_stay");
        });
    }

    private static String rates(String rates, String missing) {
        return "{\"items\":[{\"arm\":\"off-policy\",\"items\":300,\"people\":{\"labelled\":60,\"inTurn\":55},\"judges\":"
                + "[{\"judge\":\"gpt\",\"yes\":100,\"rates\":" + rates
                + (missing == null ? "" : ",\"missing\":\"" + missing + "\"") + "}]}]}";
    }
}
