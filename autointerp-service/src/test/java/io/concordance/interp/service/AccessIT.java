package io.concordance.interp.service;

import io.concordance.kit.testing.AccessWalk;
import io.concordance.kit.testing.Issuer;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.kit.testing.ServiceProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class AccessIT {
    Platform platform;

    @TempDir
    Path dir;

    @Test
    void everyOperationAsksForItsRoles() throws Exception {
        try (Issuer issuer = Issuer.start();
                ServiceProcess service = ServiceProcess.start(
                        "autointerp-service", platform.endpoints(), dir, AccessWalk.settings(issuer))) {
            AccessWalk.check("autointerp", URI.create("http://127.0.0.1:" + service.port()), issuer);
        }
    }
}
