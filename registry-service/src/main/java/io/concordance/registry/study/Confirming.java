package io.concordance.registry.study;

import io.concordance.contracts.event.FeatureAttributed.Gradient;
import io.concordance.registry.study.causal.Removals.Removal;
import io.concordance.registry.study.peer.Subset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the confirmation of a study is, and what it found.
 *
 * @param arms with bad outcomes, in the study's order
 */
record Confirming(List<Arm> arms) {

    /**
     * One arm. What is null has not been done yet.
     *
     * @param transcripts digest of the arm's file
     * @param screened bad ones of the split that the screen read; {@code fresh} of one that it did not; {@code clean} ones
     *     of the benign arm
     * @param gradientJob capture job that asked gradients, or why it was refused
     * @param chosen features to remove, those that gradients put first and those that the screen does
     * @param rounds of removals
     * @param writingJob capture job in which the model writes with and without them
     * @param written what came of that
     * @param insufficient why there is nothing more to be found out
     * @param done nothing is left to do
     */
    record Arm(
            String name,
            String kind,
            String transcripts,
            @Nullable Subset screened,
            @Nullable Subset fresh,
            @Nullable Subset clean,
            @Nullable String gradientJob,
            @Nullable List<Chosen> chosen,
            List<Round> rounds,
            @Nullable String writingJob,
            List<Written> written,
            @Nullable String insufficient,
            boolean done) {

        static Arm of(String name, String kind, String transcripts) {
            return new Arm(
                    name, kind, transcripts, null, null, null, null, null, List.of(), null, List.of(), null, false);
        }

        Arm sampled(Subset bad, Subset unseen, @Nullable Subset usual) {
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    bad,
                    unseen,
                    usual,
                    gradientJob,
                    chosen,
                    rounds,
                    writingJob,
                    written,
                    insufficient,
                    done);
        }

        Arm asking(String job) {
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    screened,
                    fresh,
                    clean,
                    job,
                    chosen,
                    rounds,
                    writingJob,
                    written,
                    insufficient,
                    done);
        }

        Arm choosing(List<Chosen> features) {
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    screened,
                    fresh,
                    clean,
                    gradientJob,
                    features,
                    rounds,
                    writingJob,
                    written,
                    insufficient,
                    done);
        }

        /** With one more round, or the last one ended. */
        Arm with(Round round) {
            List<Round> more = new ArrayList<>(rounds);
            if (!more.isEmpty() && more.getLast().removals() == null) {
                more.removeLast();
            }
            more.add(round);
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    screened,
                    fresh,
                    clean,
                    gradientJob,
                    chosen,
                    more,
                    writingJob,
                    written,
                    insufficient,
                    done);
        }

        Arm writing(String job) {
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    screened,
                    fresh,
                    clean,
                    gradientJob,
                    chosen,
                    rounds,
                    job,
                    written,
                    insufficient,
                    done);
        }

        Arm ended(List<Written> counts) {
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    screened,
                    fresh,
                    clean,
                    gradientJob,
                    chosen,
                    rounds,
                    writingJob,
                    counts,
                    insufficient,
                    true);
        }

        Arm insufficient(String why) {
            return new Arm(
                    name,
                    kind,
                    transcripts,
                    screened,
                    fresh,
                    clean,
                    gradientJob,
                    chosen,
                    rounds,
                    writingJob,
                    written,
                    why,
                    true);
        }

        /** What the rounds that ended found. */
        List<List<Removal>> removals() {
            List<List<Removal>> found = new ArrayList<>();
            for (Round round : rounds) {
                if (round.removals() != null) {
                    found.add(round.removals());
                }
            }
            return found;
        }
    }

    /**
     * A feature to remove.
     *
     * @param gradient null where gradients say nothing of it
     * @param activation mean of its largest activation on transcripts where it fires; null likewise
     */
    record Chosen(
            int feature,
            @Nullable Gradient gradient,
            @Nullable Double activation) {}

    /** @param removals null until the job ended */
    record Round(String job, @Nullable List<Removal> removals) {}

    /**
     * What the model wrote after the same prompts.
     *
     * @param arm of the writing job
     * @param bad transcripts in which it acted
     */
    record Written(String arm, int transcripts, int bad) {}

    Confirming {
        arms = List.copyOf(arms);
    }

    Confirming with(Arm changed) {
        return new Confirming(arms.stream()
                .map(arm -> arm.name.equals(changed.name) ? changed : arm)
                .toList());
    }
}
