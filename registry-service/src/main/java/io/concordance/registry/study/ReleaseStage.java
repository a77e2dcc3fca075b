package io.concordance.registry.study;

import io.concordance.registry.release.PublishRequest;
import io.concordance.registry.release.Release;
import io.concordance.registry.study.ReviewStage.Reviewed;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Publishes the approved features; nothing when there are none. */
final class ReleaseStage implements StageWork {
    static final String CHANNEL = "stable";

    private final Function<PublishRequest, Release> publish;

    /** @param publish publishing under a name, which happens once however often it is asked for */
    ReleaseStage(Function<PublishRequest, Release> publish) {
        this.publish = publish;
    }

    /** The study's release, or nulls when nothing was approved. */
    record Published(@Nullable Long version, @Nullable String digest) {}

    @Override
    public StageName name() {
        return StageName.RELEASE;
    }

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        List<String> approved = run.result(StageName.REVIEW, Reviewed.class).approved();
        if (approved.isEmpty()) {
            return StageResult.completed(0, "features", "nothing was approved", new Published(null, null));
        }
        Release release = publish.apply(new PublishRequest(CHANNEL, approved, run.key("release")));
        return StageResult.completed(
                approved.size(),
                "features",
                "version " + release.version(),
                new Published(release.version(), release.digest()));
    }
}
