package io.concordance.kit.access;

import io.concordance.kit.access.AccessSettings.Mode;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Says whether the OpenID provider was there since this process began. Its keys are kept from then on, so that it may go away
 * again: a service that checks tokens all the same is not taken out of service for it.
 */
@Readiness
@ApplicationScoped
class ProviderHealth implements HealthCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final int OK = 200;

    private final AccessSettings settings;
    private volatile boolean reached;

    ProviderHealth(AccessSettings settings) {
        this.settings = settings;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health = HealthCheckResponse.named("openid provider");
        if (reached || settings.mode() == Mode.LOCAL) {
            return health.up().build();
        }
        try {
            int status = ask(settings.issuer().orElseThrow());
            reached = status == OK;
            return reached
                    ? health.up().build()
                    : health.down()
                            .withData("missing", "the provider answers " + status)
                            .build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return health.down().withData("missing", "interrupted").build();
        } catch (IOException e) {
            return health.down().withData("missing", "the provider: " + e).build();
        }
    }

    private static int ask(URI issuer) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            String address = issuer.toString().replaceAll("/+$", "") + DISCOVERY;
            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(URI.create(address))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.discarding());
            return answer.statusCode();
        }
    }
}
