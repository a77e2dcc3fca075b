package io.concordance.registry.study;

import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.Review;
import io.concordance.registry.concern.Verdict;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.study.CandidatesStage.Found;
import io.concordance.registry.study.strategy.Candidate;
import java.util.ArrayList;
import java.util.List;

/** Has the proposals reviewed: by people, or by two stand-ins whose names and reasons say that no person looked. */
final class ReviewStage implements StageWork {
    static final List<String> STAND_INS = List.of("stand-in reviewer A (automatic)", "stand-in reviewer B (automatic)");

    private final Concerns concerns;

    ReviewStage(Concerns concerns) {
        this.concerns = concerns;
    }

    /** @param approved uids of proposed features that are approved, best first */
    record Reviewed(List<String> approved) {}

    @Override
    public StageName name() {
        return StageName.REVIEW;
    }

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        List<Candidate> proposed = run.result(StageName.CANDIDATES, Found.class).proposed();
        if (run.order().reviewMode() == ReviewMode.STAND_IN) {
            proposed.forEach(this::standIn);
        }
        List<String> approved = new ArrayList<>();
        int decided = 0;
        for (Candidate candidate : proposed) {
            ReviewState state = concern(candidate).state();
            decided += state == ReviewState.PROPOSED ? 0 : 1;
            if (state == ReviewState.APPROVED) {
                approved.add(candidate.featureUid());
            }
        }
        if (decided < proposed.size()) {
            return StageResult.waiting(decided, proposed.size(), "reviews", "waiting for people");
        }
        return StageResult.completed(decided, "reviews", approved.size() + " approved", new Reviewed(approved));
    }

    private void standIn(Candidate candidate) {
        for (String reviewer : STAND_INS) {
            Concern concern = concern(candidate);
            boolean open = concern.state() == ReviewState.PROPOSED;
            boolean spoke =
                    concern.reviews().stream().anyMatch(review -> review.by().equals(reviewer));
            if (open && !spoke) {
                String reason = "No person looked; approved on its numbers. " + CandidatesStage.reason(candidate);
                concerns.review(
                        candidate.featureUid(), new Review(reviewer, Verdict.APPROVE, reason), concern.version());
            }
        }
    }

    private Concern concern(Candidate candidate) {
        return concerns.find(candidate.featureUid())
                .orElseThrow(() -> new StudyFailure("feature " + candidate.featureUid() + " has no proposal"));
    }
}
