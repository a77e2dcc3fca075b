package io.concordance.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.kit.testing.AccessWalk;
import io.concordance.kit.testing.Issuer;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.kit.testing.ServiceProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry as it runs for many: asked with tokens and keys. */
@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class AccessIT {
    private static final String FEATURE = "f_" + "0".repeat(32);

    Platform platform;

    @TempDir
    Path dir;

    @Test
    void everyOperationAsksForItsRolesAndCredentialsSayWhoActs() throws Exception {
        try (Issuer issuer = Issuer.start();
                ServiceProcess service = ServiceProcess.start(
                        "registry-service", platform.endpoints(), dir, AccessWalk.settings(issuer))) {
            AccessWalk.check("registry", URI.create("http://127.0.0.1:" + service.port()), issuer);
            nobodyActsAsSomebodyElse(service, issuer);
            keysWorkUntilTheyAreRevoked(service, issuer);
        }
    }

    private static void nobodyActsAsSomebodyElse(ServiceProcess service, Issuer issuer) {
        String ann = issuer.token("ann", "reviewer");
        as(service, ann)
                .contentType(ContentType.JSON)
                .header("Idempotency-Key", "kept-though-the-transaction-ends")
                .body(Map.of("level", "high", "reason", "seen", "by", "bob"))
                .post("/v1/features/" + FEATURE + "/proposal")
                .then()
                .statusCode(403)
                .body("detail", equalTo("by names somebody else than the credential does; leave it out."));
        as(service, ann)
                .contentType(ContentType.JSON)
                .body(Map.of("level", "high", "reason", "seen"))
                .post("/v1/features/" + FEATURE + "/proposal")
                .then()
                .statusCode(404);
        as(service, ann)
                .contentType(ContentType.JSON)
                .body(Map.of("channel", "stable", "features", List.of()))
                .post("/v1/releases")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:concordance:problem:forbidden"));

        JsonPath denied = as(service, issuer.token("olga", "auditor"))
                .get("/v1/audit?subject=access&limit=500")
                .jsonPath();
        assertThat(denied.getList("items.findAll { it.who == 'ann (reviewer)' }.why"))
                .containsExactly("POST /v1/features/" + FEATURE + "/proposal, by: bob", "POST /v1/releases");
    }

    private static void keysWorkUntilTheyAreRevoked(ServiceProcess service, Issuer issuer) {
        String releaser = issuer.token("rita", "releaser");
        JsonPath made = as(service, releaser)
                .contentType(ContentType.JSON)
                .body(Map.of("name", "gateway"))
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
        String key = made.getString("secret");
        assertThat(key).startsWith("cck_" + made.getString("key.prefix") + "_");
        as(service, key).get("/v1/trust").then().statusCode(200);
        as(service, key).get("/v1/features").then().statusCode(403);
        report(service, key, "elsewhere", 403);
        report(service, key, "gateway/eu-3", 400);
        as(service, key.substring(0, key.length() - 1) + "x")
                .get("/v1/trust")
                .then()
                .statusCode(401);
        String listed = as(service, releaser).get("/v1/keys").asString();
        assertThat(listed).contains("gateway").doesNotContain(key.substring(key.lastIndexOf('_') + 1));

        as(service, releaser)
                .delete("/v1/keys/" + made.getString("key.prefix"))
                .then()
                .statusCode(200)
                .body("revokedBy", equalTo("rita"));

        as(service, key).get("/v1/trust").then().statusCode(401);
        assertThat(as(service, issuer.token("olga", "auditor"))
                        .get("/v1/audit?subject=key/" + made.getString("key.prefix"))
                        .jsonPath()
                        .getList("items.action"))
                .containsExactly("key-made", "key-revoked");
    }

    /** The release is none, so that what may be reported is 400. */
    private static void report(ServiceProcess service, String key, String monitor, int status) {
        as(service, key)
                .contentType(ContentType.JSON)
                .body(Map.of("monitor", monitor, "release", "none", "sessions", 1, "fires", 0, "firesByRule", Map.of()))
                .post("/v1/sightings")
                .then()
                .statusCode(status);
    }

    private static RequestSpecification as(ServiceProcess service, String token) {
        return given().baseUri("http://127.0.0.1").port(service.port()).header("Authorization", "Bearer " + token);
    }
}
