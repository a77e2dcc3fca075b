package io.concordance.interp.recapture;

import io.concordance.interp.captured.CapturedJob;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.captured.PostgresCaptured;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Shards of jobs that this service asked for. */
@ApplicationScoped
public class RecapturedShards {
    private final PostgresCaptured captured;
    private final CaptureClient capture;

    RecapturedShards(PostgresCaptured captured, CaptureClient capture) {
        this.captured = captured;
        this.capture = capture;
    }

    /**
     * All shards of a job at a hook, by slice and part; empty until all are known.
     *
     * @throws CaptureClient.Refused when the job ended without them
     */
    public Optional<List<CapturedShard>> of(String job, String hook) {
        Optional<CapturedJob> announced = captured.job(job);
        if (announced.isPresent()) {
            int slices = announced.get().slices();
            if (captured.sliceCount(job, hook, slices) >= slices) {
                return Optional.of(captured.shards(job, hook, 0, slices));
            }
        }
        CaptureClient.Job now = capture.job(job);
        if (now.state().equals("failed") || now.state().equals("cancelled")) {
            throw new CaptureClient.Refused("capture job " + job + " " + now.state() + ": " + now.problem());
        }
        return Optional.empty();
    }
}
