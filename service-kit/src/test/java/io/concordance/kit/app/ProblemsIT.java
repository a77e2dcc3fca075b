package io.concordance.kit.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ProblemsIT {

    @Test
    void anUnknownFieldIsNamedTogetherWithTheKnownOnes() {
        problem(
                        "{\"text\":\"a\",\"lines\":[{\"text\":\"b\",\"weight\":1},{\"text\":\"c\",\"weight\":1,\"wieght\":2}]}",
                        400)
                .body("type", equalTo("urn:concordance:problem:invalid-field"))
                .body("title", equalTo("Invalid field"))
                .body("status", equalTo(400))
                .body("field", equalTo("lines[1].wieght"))
                .body("allowed", equalTo("one of text, weight"));
    }

    @Test
    void aValueOfTheWrongKindIsNamedTogetherWithTheAllowedOnes() {
        problem("{\"text\":\"a\",\"kind\":\"MIDDLING\"}", 400)
                .body("field", equalTo("kind"))
                .body("given", equalTo("MIDDLING"))
                .body("allowed", equalTo("one of SHORT, LONG"));
        problem("{\"text\":\"a\",\"lines\":[{\"text\":\"b\",\"weight\":\"heavy\"}]}", 400)
                .body("field", equalTo("lines[0].weight"))
                .body("given", equalTo("heavy"))
                .body("allowed", equalTo("an integer"));
        problem("{\"text\":{\"of\":\"objects\"}}", 400)
                .body("field", equalTo("text"))
                .body("given", equalTo("an object"))
                .body("allowed", equalTo("a string"));
        problem("{\"text\":\"a\",\"lines\":{}}", 400)
                .body("field", equalTo("lines"))
                .body("allowed", equalTo("a list"));
    }

    @Test
    void aFieldThatARecordRefusesIsNamedWithItsWholePath() {
        problem("{\"text\":\"a\",\"lines\":[{\"text\":\"b\",\"weight\":-1}]}", 400)
                .body("field", equalTo("lines[0].weight"))
                .body("given", equalTo("-1"))
                .body("allowed", equalTo("0 or more"));
    }

    @Test
    void aBodyThatIsNotJsonIsRefusedWithThePlace() {
        problem("{\"text\": ", 400)
                .body("type", equalTo("urn:concordance:problem:malformed-body"))
                .body("detail", containsString("line 1"))
                .body("detail", not(containsString("jackson")));
        problem("{\"text\":\"a\"} trailing", 400).body("type", startsWith("urn:concordance:problem:"));
        problem("[]", 400).body("type", equalTo("urn:concordance:problem:malformed-body"));
    }

    @Test
    void whatIsNotThereIsNamed() {
        given().get("/v1/notes/00000000-0000-0000-0000-000000000001")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:concordance:problem:not-found"))
                .body("detail", equalTo("There is no note '00000000-0000-0000-0000-000000000001'."));
        given().get("/v1/nothing")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("detail", equalTo("Nothing is served at this address."));
    }

    @Test
    void aConflictSaysWhatIsInTheWay() {
        given().get("/v1/notes/conflict")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("detail", equalTo("Two notes want one place."))
                .body("field", nullValue());
    }

    @Test
    void theWrongMethodAndTheWrongMediaTypeAreProblemsToo() {
        given().delete("/v1/notes")
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .body("title", equalTo("Method Not Allowed"));
        given().contentType("text/plain")
                .body("a")
                .post("/v1/notes")
                .then()
                .statusCode(415)
                .contentType("application/problem+json");
    }

    @Test
    void aJsonBodyLargerThanTheLimitIsRefusedWhetherOrNotItSaysSo() throws Exception {
        String large = "{\"text\":\"" + "a".repeat(8 << 20) + "\"}";
        problem(large, 413)
                .body("type", equalTo("urn:concordance:problem:too-large"))
                .body("detail", containsString("8388608"));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> unsaid = client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/v1/notes"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofInputStream(
                                    () -> new ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(unsaid.statusCode()).isEqualTo(413);
            assertThat(unsaid.body()).contains("urn:concordance:problem:too-large");
        }
    }

    @Test
    void aFaultOfTheServiceTellsNothingOfItsInside() {
        problem("{\"text\":\"fail\"}", 500)
                .body("type", equalTo("urn:concordance:problem:internal"))
                .body("detail", startsWith("The service failed; its log has the cause under reference "))
                .body("detail", not(containsString("secret")));
    }

    private static ValidatableResponse problem(String body, int status) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/notes")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(status)
                .contentType("application/problem+json");
    }
}
