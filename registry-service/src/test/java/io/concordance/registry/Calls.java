package io.concordance.registry;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.hasSize;

import io.concordance.contracts.event.Event;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What people and programs ask of the registry. */
final class Calls {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Calls() {}

    /** A dictionary whose features at these indices have evidence of association. */
    static Planted candidate(ObjectStore store, Platform platform, long seed, int... indices) {
        return candidate(store, platform.endpoints().kafka().bootstrapServers(), seed, indices);
    }

    static Planted candidate(ObjectStore store, String kafka, long seed, int... indices) {
        Planted planted = Planted.store(store, seed);
        List<Event<?>> events = new ArrayList<>();
        for (int index : indices) {
            events.add(planted.discovered(index));
            events.add(planted.attributed(index, "off-policy", 18, 0, 0.75));
        }
        Planted.send(kafka, events);
        await().atMost(PATIENCE)
                .untilAsserted(() -> list(planted, "")
                        .body("items.findAll { it.origin && it.grade == 'E1' }", hasSize(indices.length)));
        return planted;
    }

    static ValidatableResponse list(Planted planted, String query) {
        return when().get("/v1/features?dictionary=" + planted.digest() + query).then();
    }

    static void approve(String uid, String level) {
        propose(uid, level, "ada").statusCode(201);
        review(uid, "bob", "approve").statusCode(201);
        if (level.equals("high")) {
            review(uid, "cyd", "approve").statusCode(201);
        }
    }

    static ValidatableResponse propose(String uid, String level, String by) {
        return post("/v1/features/" + uid + "/proposal", null, proposal(level, by));
    }

    static String proposal(String level, String by) {
        return "{\"level\":\"" + level + "\",\"reason\":\"it fires before the act\",\"by\":\"" + by
                + "\",\"strategy\":\"off-policy\"}";
    }

    static ValidatableResponse review(String uid, String by, String verdict) {
        return review(uid, by, verdict, null);
    }

    static ValidatableResponse review(String uid, String by, String verdict, @Nullable String ifMatch) {
        return json(
                        "{\"by\":\"" + by + "\",\"verdict\":\"" + verdict + "\",\"reason\":\"read 20 examples\"}",
                        "If-Match",
                        ifMatch)
                .post("/v1/features/" + uid + "/reviews")
                .then();
    }

    static ValidatableResponse amend(String uid, String level, String by, @Nullable String ifMatch) {
        return json(proposal(level, by), "If-Match", ifMatch)
                .put("/v1/features/" + uid + "/proposal")
                .then();
    }

    static ValidatableResponse publish(String channel, String... uids) {
        return publish(channel, null, List.of(uids));
    }

    static ValidatableResponse publish(String channel, @Nullable String key, List<String> uids) {
        return post(
                "/v1/releases",
                key,
                "{\"channel\":\"" + channel + "\",\"features\":[\"" + String.join("\",\"", uids) + "\"]}");
    }

    static ValidatableResponse post(String path, @Nullable String key, String body) {
        return json(body, "Idempotency-Key", key).post(path).then();
    }

    private static RequestSpecification json(String body, String header, @Nullable String value) {
        RequestSpecification request = given().contentType("application/json").body(body);
        return value == null ? request : request.header(header, value);
    }
}
