package io.concordance.registry;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class PageIT {
    @Inject
    ObjectStore store;

    Platform platform;

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
                .contains("·&lt;ACT&gt;", "feature 41", "/features/f_other")
                .contains("grade E1", "read 20 examples", "proposed", "reviewed");

        String front = when().get("/").asString();
        Files.writeString(Path.of("target", "front.html"), front);
        assertThat(front)
                .contains("a comma before a name", "/features/" + uid, "18 of 20")
                .doesNotContain("<img");
        assertThat(given().queryParam("state", "approved")
                        .queryParam("dictionary", planted.digest() + "\"><script>")
                        .get("/")
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
        when().get("/features/f_unknown").then().statusCode(404);
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
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
