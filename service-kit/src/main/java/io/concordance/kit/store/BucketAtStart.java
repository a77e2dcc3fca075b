package io.concordance.kit.store;

import io.concordance.kit.loop.Loops;
import io.concordance.kit.start.Eventually;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Makes the bucket, and says whether it can be reached. */
@Readiness
@ApplicationScoped
class BucketAtStart implements HealthCheck {
    private final Loops loops;
    private final S3 s3;

    BucketAtStart(Loops loops, S3 s3) {
        this.loops = loops;
        this.s3 = s3;
    }

    void start(@Observes @Priority(100) StartupEvent event) throws InterruptedException {
        Eventually.start(loops, "object-store-bucket", s3::makeBucket);
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health =
                HealthCheckResponse.named("object store").withData("bucket", s3.bucket());
        try {
            return s3.bucketExists()
                    ? health.up().build()
                    : health.down().withData("missing", "the bucket").build();
        } catch (ObjectStoreException e) {
            return health.down()
                    .withData("missing", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
