package io.concordance.kit.testing;

import io.concordance.local.StackEndpoints;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Starts a real Kafka, S3 and PostgreSQL, empty, and points the service under test at them:
 * {@code @QuarkusTestResource(PlatformResource.class)}. It is shared by all test classes of a module. Fields of type
 * {@link Platform} are filled in.
 */
public class PlatformResource implements QuarkusTestResourceLifecycleManager {
    private @Nullable Platform platform;

    /** What {@link #start} started. */
    protected final Platform platform() {
        return Objects.requireNonNull(platform, "not started");
    }

    @Override
    public Map<String, String> start() {
        try {
            platform = Platform.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        StackEndpoints endpoints = platform.endpoints();
        return Map.of(
                "kafka.bootstrap.servers", endpoints.kafka().bootstrapServers(),
                "quarkus.datasource.jdbc.url", endpoints.postgres().jdbcUrl(),
                "quarkus.datasource.username", endpoints.postgres().user(),
                "quarkus.datasource.password", endpoints.postgres().password(),
                "concordance.s3.endpoint", endpoints.s3().endpoint(),
                "concordance.s3.access-key", endpoints.s3().accessKey(),
                "concordance.s3.secret-key", endpoints.s3().secretKey(),
                "concordance.s3.bucket", endpoints.s3().bucket());
    }

    @Override
    public void inject(TestInjector injector) {
        if (platform != null) {
            injector.injectIntoFields(platform, new TestInjector.MatchesType(Platform.class));
        }
    }

    @Override
    public void stop() {
        if (platform != null) {
            try {
                platform.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            platform = null;
        }
    }
}
