package io.concordance.kit.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class IdempotencyIT {

    @Inject
    PostgresNotes notes;

    @Inject
    Jdbi jdbi;

    private final String text = UUID.randomUUID().toString();
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void letEverythingEnd() {
        NoteResource.mayEnd.countDown();
        NoteResource.mayEnd = new CountDownLatch(0);
        NoteResource.entered = new CountDownLatch(1);
    }

    @Test
    void theSameRequestAgainGetsTheFirstAnswerAndDoesNothing() {
        Response first = post(key, "{\"text\":\"" + text + "\"}");
        Response again = post(key, "{ \"text\" : \"" + text + "\" }");

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.header("Location")).contains("/v1/notes/");
        assertThat(first.header("Idempotency-Replayed")).isNull();
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(again.contentType()).isEqualTo(first.contentType());
        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(notes.count(text)).isEqualTo(1);
    }

    @Test
    void theSameKeyWithAnotherBodyIsRefused() {
        post(key, "{\"text\":\"" + text + "\"}");

        post(key, "{\"text\":\"another\"}")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:concordance:problem:idempotency-key-reused"));
    }

    @Test
    void theSameKeyWhileTheFirstRequestRunsIsRefused() throws Exception {
        NoteResource.mayEnd = new CountDownLatch(1);
        NoteResource.entered = new CountDownLatch(1);
        CompletableFuture<Response> first =
                CompletableFuture.supplyAsync(() -> post(key, "{\"text\":\"" + text + "\"}"));
        assertThat(NoteResource.entered.await(10, TimeUnit.SECONDS)).isTrue();

        post(key, "{\"text\":\"" + text + "\"}")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:concordance:problem:request-in-flight"));

        NoteResource.mayEnd.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        assertThat(notes.count(text)).isEqualTo(1);
    }

    @Test
    void aRequestThatFailedLeavesNothingAndItsKeyFree() {
        jdbi.useHandle(handle -> handle.execute("delete from note where text = 'fail'"));

        assertThat(post(key, "{\"text\":\"fail\"}").statusCode()).isEqualTo(500);
        assertThat(notes.count("fail")).isZero();
        assertThat(post(key, "{\"text\":\"" + text + "\"}").statusCode()).isEqualTo(202);
    }

    @Test
    void aKeyIsForgottenAfterADay() {
        post(key, "{\"text\":\"" + text + "\"}");
        jdbi.useHandle(handle -> handle.execute(
                "update idempotency_key set created_at = now() - interval '25 hours' where key = ?", key));

        assertThat(post(key, "{\"text\":\"" + text + "\"}").statusCode()).isEqualTo(202);
        assertThat(notes.count(text)).isEqualTo(2);
    }

    @Test
    void aKeyThatIsTooLongIsRefused() {
        post("k".repeat(201), "{\"text\":\"" + text + "\"}")
                .then()
                .statusCode(400)
                .body("field", equalTo("Idempotency-Key"))
                .body("allowed", equalTo("1 to 200 characters"));
        assertThat(notes.count(text)).isZero();
    }

    @Test
    void withoutAKeyEveryRequestCounts() {
        post(null, "{\"text\":\"" + text + "\"}");
        post(null, "{\"text\":\"" + text + "\"}");

        assertThat(notes.count(text)).isEqualTo(2);
    }

    private static Response post(String key, String body) {
        var request = given().contentType("application/json").body(body);
        return (key == null ? request : request.header("Idempotency-Key", key)).post("/v1/notes");
    }
}
