package io.concordance.registry;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class PageIT {
    private static final String MODEL = "0123456789abcdef0123456789abcdef";

    private static final String STUDY = """
            apiVersion: concordance/v1
            kind: Study
            name: by-page
            model: {name: m, onnx: model.onnx, tokenizer: tokenizer.json}
            hooks: [resid_post.2]
            scenario: {feature: f, model: m, action: {kind: text, contains: "<ACT>"}}
            arms:
              - {name: benign, kind: benign, transcripts: data/benign.jsonl}
              - {name: off-policy, kind: off-policy, transcripts: off.jsonl}
            dictionary: {width: 20, k: 4, activation: batchtopk, tokens: 1000, seed: 0}
            evaluate: {transcripts: deployment.jsonl, maxFalsePositiveRate: 0.01}
            """;

    @Inject
    ObjectStore store;

    Platform platform;

    @AfterEach
    void forgetPeers() {
        PeersResource.forget();
    }

    @Test
    void aFeaturesPageShowsEvidenceExamplesAndReviewsAndRunsNoScript() throws Exception {
        Planted planted = Planted.store(store, 101);
        String uid = planted.uid(2);
        Planted.send(
                platform.endpoints().kafka().bootstrapServers(),
                List.of(
                        planted.discovered(2),
                        planted.explained(2, "fires on <img src=x onerror=alert(2)>"),
                        planted.attributed(2, "off-policy", 18, 0, 0.75),
                        planted.attributed(2, "instructed", 1, 30, 0.6),
                        planted.discovered(1),
                        planted.explained(1, "a comma before a name")));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> when().get("/v1/features?dictionary=" + planted.digest())
                        .then()
                        .body("items.findAll { it.explanation }.size()", org.hamcrest.Matchers.equalTo(2))
                        .body("items[1].evidence.size()", org.hamcrest.Matchers.equalTo(2)));
        PeersResource.ANSWERS.put("/v1/features/" + uid, resource("autointerp-feature.json"));
        PeersResource.ANSWERS.put("/v1/features/" + uid + "/examples", resource("autointerp-examples.json"));
        PeersResource.ANSWERS.put("/v1/features/" + uid + "/explanations", resource("autointerp-explanations.json"));
        post(uid, "proposal", "{\"level\":\"high\",\"reason\":\"<b>bold</b>\",\"by\":\"ada\"}");
        post(uid, "reviews", "{\"by\":\"bob\",\"verdict\":\"approve\",\"reason\":\"read 20 examples\"}");

        Response page = when().get("/features/" + uid);
        String html = page.asString();
        Files.writeString(Path.of("target", "feature.html"), html);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.contentType()).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(html)
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .contains("fires on &lt;img src=x onerror=alert(2)&gt;")
                .contains("&lt;b&gt;bold&lt;/b&gt;")
                .doesNotContain("<script", "<img", "<b>bold")
                .contains("18 of 20<br><span class=\"muted\">68.3 %–98.8 %</span>")
                .contains("·deploy", "↵", "class=\"a9 peak\"", "<rect")
                .contains("token-contrast 1", "offline-statistics", "0.861–0.957", "2,048", "0.498–0.507")
                .contains("orders to &lt;i&gt;deploy&lt;/i&gt;", "weaker model", "in force", "0.370–0.630")
                .contains("none: the endpoint returns no log-probabilities", "none: no LABEL line", "the same tokens")
                .contains("<span class=\"tag\">mixed</span>", "16 windows at 5 offsets", "fires on 630 of 6,300 tokens")
                .contains("not made to fire", "1,536 inputs, 61,440 tokens", "0.310 of it", "·&lt;b&gt;now&lt;/b&gt;")
                .contains("·&lt;ACT&gt;", "feature 41", "/features/f_other")
                .contains("grade E1", "read 20 examples", "proposed", "reviewed");

        String list = given().queryParam("dictionary", planted.digest())
                .get("/features")
                .asString();
        assertThat(list)
                .contains("a comma before a name", "/features/" + uid, "18 of 20")
                .doesNotContain("<img");
        assertThat(given().queryParam("state", "approved")
                        .queryParam("dictionary", planted.digest() + "\"><script>")
                        .get("/features")
                        .asString())
                .contains("No feature matches")
                .doesNotContain("<script");
        assertThat(when().get("/concordance.css").contentType()).startsWith("text/css");
    }

    @Test
    void aFeaturesPageSaysSoWhenAutointerpHasNothing() {
        Planted planted = Planted.store(store, 102);
        Planted.send(platform.endpoints().kafka().bootstrapServers(), List.of(planted.discovered(0)));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                when().get("/features/" + planted.uid(0)).asString())
                        .contains("no label yet", "has not analysed this feature yet", "Nobody has proposed"));
        Response unknown = given().header("Accept", "text/html,*/*;q=0.8").get("/features/f_unknown");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.contentType()).startsWith("text/html");
        assertThat(unknown.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(unknown.asString()).contains("<nav", "There is no feature &#39;f_unknown&#39;.");
        assertThat(when().get("/no/such/page").asString()).contains("<nav", "Nothing is served at this address.");
        assertThat(when().get("/desk?from=x").contentType()).startsWith("text/html");
        when().get("/v1/features/f_unknown").then().statusCode(404).contentType("application/problem+json");
        given().accept("application/problem+json")
                .get("/features/f_unknown")
                .then()
                .contentType("application/problem+json");
    }

    @Test
    void hostileTranscriptsAreTextInPagesAndWholeInExports() throws Exception {
        Planted planted = Planted.store(store, 103);
        String uid = planted.uid(3);
        Planted.send(platform.endpoints().kafka().bootstrapServers(), List.of(planted.discovered(3)));
        List<String> tokens = List.of(
                "<script>alert(3)</script>",
                "\u202Eexe.\u2066",
                "a\ud800b",
                "x".repeat(1 << 20),
                "%\\{}\n",
                "\"'&amp;");
        ObjectNode examples = (ObjectNode) Json.mapper().readTree(resource("autointerp-examples.json"));
        examples.putArray("tabs").addObject().put("tab", "top").put("kind", "").put("examples", 1);
        ObjectNode shown = (ObjectNode) examples.path("items").path(0).deepCopy();
        examples.putArray("items").add(shown);
        ArrayNode texts = shown.putArray("tokens");
        ArrayNode activations = shown.putArray("activations");
        tokens.forEach(token -> {
            texts.add(token);
            activations.add(1.0);
        });
        shown.put("document", "\u202Edocument<b>").put("peak", 0).put("position", 0);
        // Halves of surrogate pairs exist in JSON as escapes only.
        PeersResource.ANSWERS.put(
                "/v1/features/" + uid + "/examples", examples.toString().replace("\ud800", "\\ud800"));
        PeersResource.ANSWERS.put("/v1/features/" + uid, resource("autointerp-feature.json"));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> when().get("/features/" + uid).then().statusCode(200));

        String html = when().get("/features/" + uid).asString();

        assertThat(html)
                .contains("&lt;script&gt;alert(3)", "⟨202E⟩exe.⟨2066⟩", "a⟨D800⟩b", "(1,048,576 characters)")
                .contains("⟨202E⟩document&lt;b&gt;", "first token")
                .doesNotContain("<script", "\u202E", "\u2066", "document<b>")
                .hasSizeLessThan(200_000);
        String csv = when().get("/features/" + uid + "/figures/examples.csv").asString();
        assertThat(csv).contains("\"" + tokens.get(1) + '"', "\"%\\{}\n\"", "\"\"\"'&amp;\"", "x".repeat(1 << 20));
        Response json = when().get("/features/" + uid + "/figures/examples.json");
        assertThat(json.contentType()).startsWith("application/json");
        assertThat(json.header("Content-Disposition")).startsWith("attachment");
        assertThat(json.jsonPath().getString("rows[0].token")).isEqualTo(tokens.getFirst());
        assertThat(json.jsonPath().getString("query")).contains(uid);
        when().get("/features/" + uid + "/figures/nothing.csv").then().statusCode(404);
    }

    @Test
    void aServiceThatIsNotThereIsSaidOnThePage() {
        for (String page : List.of("/", "/dictionaries", "/dictionaries/" + UUID.randomUUID())) {
            Response answer = when().get(page);
            assertThat(answer.statusCode()).as(page).isEqualTo(200);
            assertThat(answer.asString())
                    .as(page)
                    .contains("The trainer service cannot be reached")
                    .doesNotContain("Exception", "at io.concordance");
        }
        for (String page : List.of("/models", "/judging", "/desk", "/releases", "/monitors", "/studies")) {
            assertThat(when().get(page).statusCode()).as(page).isEqualTo(200);
        }
        when().get("/models/0123").then().statusCode(404);
        when().get("/releases/999999").then().statusCode(404);
    }

    @Test
    void aLevelTakesAProposalAndReviewsOfOthersAtTheDesk() {
        Planted planted = Planted.store(store, 104);
        String uid = planted.uid(4);
        Planted.send(
                platform.endpoints().kafka().bootstrapServers(),
                List.of(
                        planted.discovered(4),
                        planted.explained(4, "orders of a stranger"),
                        planted.attributed(4, "off-policy", 19, 0, 0.75)));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(when().get("/desk?uid=" + uid).asString())
                        .contains("orders of a stranger", "Propose a level"));

        Map<String, String> high = Map.of("level", "high", "reason", "reads <orders>", "by", "Ada & co");
        form(high)
                .header("Sec-Fetch-Site", "cross-site")
                .post("/desk/" + uid + "/proposal")
                .then()
                .statusCode(403);
        form(high)
                .header("Origin", "https://elsewhere.example")
                .post("/desk/" + uid + "/proposal")
                .then()
                .statusCode(403);
        assertThat(form(Map.of("level", "huge", "reason", "x", "by", "ada"))
                        .post("/desk/" + uid + "/proposal")
                        .then()
                        .statusCode(400)
                        .extract()
                        .asString())
                .contains("high, medium or low", "Propose a level");
        String location = form(high)
                .post("/desk/" + uid + "/proposal")
                .then()
                .statusCode(303)
                .extract()
                .header("Location");
        assertThat(given().urlEncodingEnabled(false).get(location).asString())
                .contains(
                        "waits for a reviewer",
                        "reads &lt;orders&gt;",
                        "Review the proposal",
                        "value=\"Ada &amp; co\"");

        review(uid, "ada & CO", "1-0").then().statusCode(400);
        assertThat(review(uid, "bob", "0-0").then().statusCode(412).extract().asString())
                .contains("read it again", "name=\"version\" value=\"1-0\"");
        review(uid, "bob", "1-0").then().statusCode(303);
        assertThat(when().get("/desk?uid=" + uid).asString()).contains("Review the proposal");
        review(uid, "bob", "1-1").then().statusCode(409);
        review(uid, "eve", "1-1").then().statusCode(303);
        assertThat(when().get("/features/" + uid).asString()).contains("<span class=\"tag\">approved</span>");

        String publish = when().get("/releases/new").asString();
        assertThat(publish)
                .contains("orders of a stranger", "value=\"" + uid + "\"")
                .doesNotContain("<script");
        Map<String, String> release = Map.of("channel", "paged", "by", "rita", "request", "r-1");
        form(release)
                .header("Sec-Fetch-Site", "cross-site")
                .post("/releases/new")
                .then()
                .statusCode(403);
        assertThat(form(release)
                        .post("/releases/new")
                        .then()
                        .statusCode(400)
                        .extract()
                        .asString())
                .contains("features: given", "value=\"paged\"");
        String published = form(release)
                .formParam("feature", uid)
                .post("/releases/new")
                .then()
                .statusCode(303)
                .extract()
                .header("Location");
        form(release)
                .formParam("feature", uid)
                .post("/releases/new")
                .then()
                .statusCode(303)
                .header("Location", published);
        assertThat(when().get(published).asString()).contains("orders of a stranger", "paged");
        when().get("/v1/audit?subject=paged").then().body("items.who", org.hamcrest.Matchers.equalTo(List.of("rita")));
    }

    @Test
    void aStudyIsSentWithItsFilesAndWhatIsWrongIsSaidByItsField() {
        PeersResource.ANSWERS.put("/v1/models", "{\"items\":[{\"id\":\"" + MODEL + "\",\"name\":\"<organism>\"}]}");
        PeersResource.POSTED.put("/v1/models", body -> "{\"id\":\"" + MODEL + "\",\"name\":\"m\",\"width\":8}");
        PeersResource.POSTED.put(
                "/v1/transcripts",
                body -> "{\"digest\":\"" + Digests.sha256(body) + "\",\"documents\":1,\"bytes\":1,"
                        + "\"outcomes\":{\"bad\":0,\"ok\":0,\"unknown\":1}}");
        assertThat(when().get("/studies/new").asString())
                .contains("New study", "&lt;organism&gt;, " + MODEL, "type=\"file\"")
                .doesNotContain("<script");

        study(STUDY)
                .header("Sec-Fetch-Site", "cross-site")
                .post("/studies/new")
                .then()
                .statusCode(403);
        refused(study(STUDY.replace("hooks:", "hocks:")), "hocks", "one of the keys");
        refused(study(STUDY.replace("kind: off-policy", "kind: telepathic")), "arms[1].kind", "telepathic");
        refused(study(STUDY.replace("off.jsonl", "away.jsonl")), "arms[1].transcripts", "away.jsonl", "&lt;b&gt;.txt");
        refused(study("\u202E: x"), "⟨202E⟩");
        refused(given().redirects().follow(false).multiPart("review", "people"), "a study file");
        refused(
                given().redirects().follow(false).multiPart("study", "study.yaml", new byte[] {(byte) 0xc3, 0x28}),
                "text in UTF-8");
        when().get("/v1/studies?limit=200")
                .then()
                .body("items.name", org.hamcrest.Matchers.not(org.hamcrest.Matchers.hasItem("by-page")));

        String request = UUID.randomUUID().toString();
        String first = begun(study(STUDY).multiPart("request", request));
        assertThat(begun(study(STUDY).multiPart("request", request))).isEqualTo(first);
        assertThat(begun(study(STUDY.replace("seed: 0", "seed: 1")).multiPart("request", request)))
                .isNotEqualTo(first);
        assertThat(when().get(first).asString()).contains("by-page", "Stages");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(when().get(first).asString())
                        .contains("capture answered 404")
                        .doesNotContain("<script"));
    }

    /** The form with a study file and every file that the study names. */
    private static RequestSpecification study(String yaml) {
        RequestSpecification form = given().redirects()
                .follow(false)
                .multiPart("study", "study.yaml", yaml.getBytes(StandardCharsets.UTF_8))
                .multiPart("review", "stand-in");
        for (String name :
                List.of("benign.jsonl", "off.jsonl", "deployment.jsonl", "model.onnx", "tokenizer.json", "<b>.txt")) {
            String line = "{\"id\":\"" + name + "\",\"spans\":[{\"kind\":\"raw\",\"role\":\"user\",\"text\":\"hi\"}]}";
            form.multiPart("files", name, line.getBytes(StandardCharsets.UTF_8));
        }
        return form;
    }

    private static void refused(RequestSpecification form, String... said) {
        Response answer = form.post("/studies/new");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(400);
        assertThat(answer.asString()).contains("was not taken").contains(said);
    }

    private static String begun(RequestSpecification form) {
        return form.post("/studies/new").then().statusCode(303).extract().header("Location");
    }

    @Test
    void theOverviewSendsAllOfItselfToWhoeverComesBack() throws Exception {
        assertThat(when().get("/").header("Content-Security-Policy"))
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        for (String lastSeen : List.of("", "7")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:18090/overview/events"))
                    .header("Last-Event-ID", lastSeen)
                    .build();
            try (HttpClient http = HttpClient.newHttpClient();
                    InputStream events =
                            http.send(request, BodyHandlers.ofInputStream()).body()) {
                BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
                assertThat(lines.lines()
                                .filter(line -> line.startsWith("data:"))
                                .findFirst())
                        .hasValueSatisfying(data -> assertThat(data).contains("Captures", "Dictionary runs"));
                http.shutdownNow();
            }
        }
    }

    private static RequestSpecification form(Map<String, String> fields) {
        return given().redirects()
                .follow(false)
                .contentType("application/x-www-form-urlencoded; charset=utf-8")
                .formParams(fields);
    }

    private static Response review(String uid, String by, String version) {
        return form(Map.of("verdict", "approve", "reason", "read 20 examples", "by", by, "version", version))
                .post("/desk/" + uid + "/review");
    }

    private static void post(String uid, String what, String body) {
        given().contentType("application/json")
                .body(body)
                .post("/v1/features/" + uid + "/" + what)
                .then()
                .statusCode(201);
    }

    private static String resource(String name) throws IOException {
        try (var in = PageIT.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
