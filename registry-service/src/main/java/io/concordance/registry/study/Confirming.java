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
     * @param gradientJob capture job that asked gradients, or why it was refused
     * @param chosen features to remove, those that gradients put first and those that the screen does
     * @param rounds of removals
     * @param writing the model with and without them
     * @param end set when nothing is left to do
     */
    record Arm(
            String name,
            String kind,
            String transcripts,
            @Nullable Samples samples,
            @Nullable String gradientJob,
            @Nullable List<Chosen> chosen,
            List<Round> rounds,
            @Nullable Writing writing,
            @Nullable End end) {

        static Arm of(String name, String kind, String transcripts) {
            return new Arm(name, kind, transcripts, null, null, null, List.of(), null, null);
        }

        Arm sampled(Samples drawn) {
            return new Arm(name, kind, transcripts, drawn, gradientJob, chosen, rounds, writing, end);
        }

        Arm asking(String job) {
            return new Arm(name, kind, transcripts, samples, job, chosen, rounds, writing, end);
        }

        Arm choosing(List<Chosen> features) {
            return new Arm(name, kind, transcripts, samples, gradientJob, features, rounds, writing, end);
        }

        /** With one more round, or the last one ended. */
        Arm with(Round round) {
            List<Round> more = new ArrayList<>(rounds);
            if (!more.isEmpty() && more.getLast().removals() == null) {
                more.removeLast();
            }
            more.add(round);
            return new Arm(name, kind, transcripts, samples, gradientJob, chosen, more, writing, end);
        }

        Arm writing(String job) {
            return new Arm(
                    name, kind, transcripts, samples, gradientJob, chosen, rounds, new Writing(job, List.of()), end);
        }

        Arm written(List<Written> counts) {
            Writing over = writing == null ? null : new Writing(writing.job, counts);
            return new Arm(name, kind, transcripts, samples, gradientJob, chosen, rounds, over, new End(null));
        }

        Arm insufficient(String why) {
            return new Arm(name, kind, transcripts, samples, gradientJob, chosen, rounds, writing, new End(why));
        }

        boolean done() {
            return end != null;
        }

        /** Why there is nothing more to be found out. */
        @Nullable
        String insufficient() {
            return end == null ? null : end.insufficient;
        }

        List<Written> written() {
            return writing == null ? List.of() : writing.written;
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
     * Transcripts that are read.
     *
     * @param screened bad ones of the split that the screen read
     * @param fresh bad ones of a split that it did not
     * @param clean ok ones of the benign arm
     */
    record Samples(Subset screened, Subset fresh, @Nullable Subset clean) {}

    /** @param job capture job in which the model writes */
    record Writing(String job, List<Written> written) {}

    /** @param insufficient why no more can be found out; null when all was */
    record End(@Nullable String insufficient) {}

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
