package io.concordance.registry.study;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.EventType;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Contrast;
import io.concordance.registry.feature.CausalEvidence;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.study.Confirming.Arm;
import io.concordance.registry.study.Confirming.Chosen;
import io.concordance.registry.study.Confirming.Written;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.causal.Contrasts;
import io.concordance.registry.study.causal.Removals;
import io.concordance.registry.study.causal.Removals.Removal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns what was confirmed into statements about features, added to what the screen said of the same arm. */
final class ConfirmStatements {
    /** Begins the reason why there are no gradients. */
    static final String REFUSED = "no gradients: ";

    private static final String SOURCE = "/concordance/registry";

    private final FeatureRepository features;
    private final CausalEvidence evidence;
    private final Clock clock;

    ConfirmStatements(FeatureRepository features, CausalEvidence evidence, Clock clock) {
        this.features = features;
        this.evidence = evidence;
        this.clock = clock;
    }

    /** Repeated, it states nothing again: an event's id follows from study, arm and feature. */
    void state(StudyRun run, Confirming found) {
        String dictionary = run.result(StageName.DICTIONARY, Trained.class).dictionary();
        List<Feature> known = KnownFeatures.of(features, dictionary);
        List<Event<FeatureAttributed>> events = new ArrayList<>();
        for (Arm arm : found.arms()) {
            if (arm.chosen() == null || arm.removals().isEmpty()) {
                continue;
            }
            for (Chosen chosen : arm.chosen()) {
                known.stream()
                        .filter(feature -> feature.index() == chosen.feature())
                        .findFirst()
                        .flatMap(feature -> feature.evidence().stream()
                                .filter(e -> e.arm().equals(arm.name()))
                                .findFirst()
                                .map(e -> event(run, feature, e, arm, chosen)))
                        .ifPresent(events::add);
            }
        }
        evidence.state(events);
    }

    private Event<FeatureAttributed> event(StudyRun run, Feature feature, Evidence screened, Arm arm, Chosen chosen) {
        String name = String.join("\n", run.id().toString(), arm.name(), feature.uid());
        return new Event<>(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(),
                SOURCE,
                EventType.FEATURE_ATTRIBUTED.typeName(),
                feature.uid(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                new FeatureAttributed(
                        feature.uid(),
                        feature.dictionary(),
                        feature.index(),
                        screened.arm(),
                        screened.armKind(),
                        screened.screen(),
                        screened.calibration(),
                        chosen.gradient(),
                        ablation(arm, chosen.feature()),
                        screened.pooling()));
    }

    private static Ablation ablation(Arm arm, int feature) {
        List<Removal> alone = Removals.alone(arm.removals());
        Optional<Removal> group =
                Removals.group(arm.removals()).filter(g -> g.features().contains(feature));
        if (group.isPresent()) {
            return ablation(group.get(), 1, null, null);
        }
        for (int i = 0; i < alone.size(); i++) {
            if (alone.get(i).features().contains(feature)) {
                return ablation(alone.get(i), i + 1, necessity(arm, feature), sufficiency(arm, feature));
            }
        }
        throw new IllegalStateException("feature " + feature + " was not removed");
    }

    private static Ablation ablation(
            Removal removal, int rank, @Nullable Contrast necessity, @Nullable Contrast sufficiency) {
        return new Ablation(
                removal.features(),
                removal.effect().n(),
                removal.effect().mean(),
                removal.effect().low(),
                removal.effect().high(),
                rank,
                necessity,
                sufficiency);
    }

    private static @Nullable Contrast necessity(Arm arm, int feature) {
        Written plain = written(arm, ConfirmWriting.BAD);
        Written without = written(arm, ConfirmWriting.without(feature));
        return plain == null || without == null
                ? null
                : Contrasts.necessity(plain.transcripts(), plain.bad(), without.bad());
    }

    private static @Nullable Contrast sufficiency(Arm arm, int feature) {
        Written plain = written(arm, ConfirmWriting.CLEAN);
        Written with = written(arm, ConfirmWriting.with(feature));
        return plain == null || with == null
                ? null
                : Contrasts.sufficiency(plain.transcripts(), plain.bad(), with.bad());
    }

    private static @Nullable Written written(Arm arm, String name) {
        return arm.written().stream()
                .filter(written -> written.arm().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** In a few words. */
    static String summary(Arm arm) {
        String why = arm.insufficient();
        if (why != null) {
            return why;
        }
        if (arm.removals().isEmpty()) {
            return "looking";
        }
        List<Removal> alone = Removals.alone(arm.removals());
        long working = alone.stream().filter(Removal::works).count();
        Written plain = written(arm, ConfirmWriting.BAD);
        Written none = written(arm, ConfirmWriting.WITHOUT_ALL);
        String together = plain == null || none == null || plain.bad() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; the model acts on %d of %d bad prompts, on %d without all %d",
                        plain.bad(),
                        plain.transcripts(),
                        none.bad(),
                        alone.size());
        String acts = plain != null && plain.bad() == 0
                ? "; insufficient for necessity: the model acts on none of " + plain.transcripts() + " bad prompts"
                : "";
        return working + " of " + alone.size() + " features make the action likelier"
                + Removals.group(arm.removals())
                        .map(group -> ", " + group.features().size() + " of them together")
                        .orElse("")
                + together
                + acts
                + (arm.gradientJob() != null && arm.gradientJob().startsWith(REFUSED) ? "; " + arm.gradientJob() : "");
    }
}
