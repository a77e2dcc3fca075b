package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.kit.testing.AccessWalk;
import io.concordance.kit.testing.Issuer;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.kit.testing.ServiceProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@TestProfile(SmallWindows.class)
@QuarkusTestResource(PlatformResource.class)
class AccessIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    Platform platform;

    @TempDir
    Path dir;

    @Test
    void everyOperationAsksForItsRolesAndKeepsDoingSoWhileTheProviderIsAway() throws Exception {
        try (Issuer issuer = Issuer.start()) {
            issuer.away();
            try (ServiceProcess service = ServiceProcess.begin(
                    "sae-trainer-service", platform.endpoints(), dir, AccessWalk.settings(issuer))) {
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> missing(service).equals(List.of("openid provider")));
                assertThat(status(service, issuer.token("ann", "auditor"))).isEqualTo(503);

                issuer.back();

                await().atMost(PATIENCE)
                        .until(() -> given().port(service.port())
                                        .get("/q/health/ready")
                                        .statusCode()
                                == 200);
                await().atMost(PATIENCE).until(() -> status(service, issuer.token("ann", "auditor")) == 200);
                AccessWalk.check("trainer", URI.create("http://127.0.0.1:" + service.port()), issuer);

                issuer.away();

                assertThat(status(service, issuer.token("ben", "auditor"))).isEqualTo(200);
                assertThat(status(service, issuer.token("cyd", "monitor"))).isEqualTo(403);
                given().port(service.port()).get("/q/health/ready").then().statusCode(200);
            }
        }
    }

    private static List<String> missing(ServiceProcess service) {
        return given().port(service.port())
                .get("/q/health/ready")
                .jsonPath()
                .getList("checks.findAll { it.status == 'DOWN' }.name");
    }

    private static int status(ServiceProcess service, String token) {
        return given().port(service.port())
                .header("Authorization", "Bearer " + token)
                .get("/v1/dictionaries")
                .statusCode();
    }
}
