package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.dictionary.PostgresPublications.Published;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import io.concordance.trainer.identity.Ancestor;
import io.concordance.trainer.identity.Change;
import io.concordance.trainer.identity.Comparison;
import io.concordance.trainer.identity.Verdict;
import io.concordance.trainer.step.TrainStep;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Writes a run's dictionary and finds out what became of each feature since the one before. */
@ApplicationScoped
class DictionaryPublisher {
    private final DictionaryExports exports;
    private final PostgresPublications published;

    DictionaryPublisher(DictionaryExports exports, PostgresPublications published) {
        this.exports = exports;
        this.published = published;
    }

    /**
     * Publishes the state after the last step, which closed a reporting interval. Of a run that is done, the features that
     * fired in its last quarter are announced; on the way, those that are not dead.
     *
     * @throws io.concordance.trainer.stream.BadShard when held-out rows cannot be read; nothing was announced then
     */
    Publication publish(ClaimedRun run, Training training) {
        Firings firings = Firings.of(training.step());
        Dictionary dictionary = dictionary(run, training);
        Optional<Published> before = before(run, training.step().step());
        List<Verdict> verdicts = List.of();
        BitSet ever = (BitSet) firings.alive.clone();
        if (before.isPresent()) {
            verdicts = verdicts(before.get(), dictionary, firings, training.heldOutRows());
            ever.or(before.get().ever());
        }
        Finished files = exports.write(dictionary);
        List<FeatureDiscovered> features = new ArrayList<>();
        if (before.isPresent()) {
            for (Verdict verdict : verdicts) {
                features.add(event(run, files.digest(), before.get().origin().dictionary(), verdict, firings));
            }
        } else {
            firings.alive.stream().forEach(f -> features.add(event(run, files.digest(), f, firings)));
        }
        return new Publication(
                training.step().step(),
                training.step().tokens(),
                run.spec().generation(),
                files,
                firings.alive,
                ever,
                features);
    }

    /** Publishes a state without a word about its features: what a run that diverged leaves behind. */
    Publication rescue(ClaimedRun run, Training training) {
        BitSet alive = bits(training.step().alive());
        Finished files = exports.write(dictionary(run, training));
        return new Publication(
                training.step().step(),
                training.step().tokens(),
                run.spec().generation(),
                files,
                alive,
                alive,
                List.of());
    }

    private static Dictionary dictionary(ClaimedRun run, Training training) {
        Dictionary dictionary =
                training.export(run.model(), run.spec().hook(), run.spec().continued());
        InputSpec.Minus minus = run.spec().input().minus();
        return minus == null
                ? dictionary
                : dictionary.reading(dictionary.input().less(minus.inDictionary()));
    }

    /** The last dictionary of the run before this step, else the one it continues. */
    private Optional<Published> before(ClaimedRun run, long step) {
        Optional<Published> own = published.last(run.id(), step);
        Origin from = run.spec().from();
        if (own.isPresent() || from == null) {
            return own;
        }
        BitSet all = new BitSet();
        all.set(0, run.spec().train().width());
        return Optional.of(published.named(from.dictionary()).orElseGet(() -> new Published(0, 0, from, all, all)));
    }

    private List<Verdict> verdicts(Published before, Dictionary after, Firings firings, float[] rows) {
        Dictionary earlier = exports.read(before.origin()).reading(DictionaryInput.PLAIN);
        return Comparison.of(
                new Ancestor(earlier, before.alive(), before.ever()),
                after.reading(DictionaryInput.PLAIN),
                firings.alive,
                rows,
                rows.length / after.width());
    }

    private static FeatureDiscovered event(ClaimedRun run, String digest, int f, Firings firings) {
        return new FeatureDiscovered(
                FeatureUids.of(digest, f),
                digest,
                run.id().toString(),
                run.model(),
                run.spec().hook(),
                f,
                Change.NEW.text(),
                firings.rate(f),
                firings.rows,
                run.spec().generation(),
                null,
                null,
                null,
                null);
    }

    private static FeatureDiscovered event(
            ClaimedRun run, String digest, String before, Verdict verdict, Firings firings) {
        int f = verdict.index();
        if (verdict.change() == Change.NEW) {
            return event(run, digest, f, firings);
        }
        boolean retired = verdict.change() == Change.RETIRED;
        String earlier = FeatureUids.of(before, verdict.from());
        return new FeatureDiscovered(
                retired ? earlier : FeatureUids.of(digest, f),
                retired ? before : digest,
                run.id().toString(),
                run.model(),
                run.spec().hook(),
                f,
                verdict.change().text(),
                retired ? 0 : firings.rate(f),
                firings.rows,
                run.spec().generation(),
                retired ? null : earlier,
                verdict.cosine(),
                verdict.agreement(),
                retired ? digest : null);
    }

    /** Which features count as firing, and how often they did over how many rows. */
    private record Firings(BitSet alive, long[] counts, long rows) {
        static Firings of(TrainStep step) {
            if (!step.done()) {
                return new Firings(bits(step.alive()), step.intervalFirings(), step.intervalRows());
            }
            long[] counts = step.firings();
            BitSet alive = new BitSet();
            for (int f = 0; f < counts.length; f++) {
                alive.set(f, counts[f] > 0);
            }
            return new Firings(alive, counts, step.firingRows());
        }

        double rate(int feature) {
            return (double) counts[feature] / rows;
        }
    }

    private static BitSet bits(boolean[] flags) {
        BitSet bits = new BitSet();
        for (int f = 0; f < flags.length; f++) {
            bits.set(f, flags[f]);
        }
        return bits;
    }
}
