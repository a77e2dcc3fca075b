package io.concordance.trainer;

import static org.awaitility.Awaitility.await;

import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.Event;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** Waits for the announcements of jobs to be taken in: the first ones come once the consumer has joined its group. */
@ApplicationScoped
class KnownCaptures {
    private final PostgresCaptureRepository repository;

    KnownCaptures(PostgresCaptureRepository repository) {
        this.repository = repository;
    }

    void awaitJobs(List<? extends Event<?>> events) {
        for (Event<?> event : events) {
            if (event.data() instanceof CaptureJobAccepted job) {
                await().atMost(DictionaryRuns.PATIENCE)
                        .until(() ->
                                repository.job(UUID.fromString(job.jobId())).isPresent());
            }
        }
    }
}
