package io.concordance.interp.explanation;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.FeatureScored;
import io.concordance.interp.chat.Chat;
import io.concordance.interp.chat.ChatTasks;
import io.concordance.interp.chat.Endpoint;
import io.concordance.interp.explanation.PostgresExplanations.Outcome;
import io.concordance.interp.explanation.PostgresExplanations.Target;
import io.concordance.interp.feature.LabelBlocks;
import io.concordance.interp.feature.LabelMeters;
import io.concordance.interp.label.ChatExplainer;
import io.concordance.interp.label.ChatExplainer.Answer;
import io.concordance.interp.label.LabelMaterial;
import io.concordance.interp.score.Score;
import io.concordance.interp.score.ScoredLabel;
import io.concordance.interp.score.ScoredLabel.Entry;
import io.concordance.interp.score.ScorerKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One feature: a label, its scores and their controls, and the events that say so. */
@ApplicationScoped
class ExplanationTasks implements ChatTasks {
    private static final String SOURCE = "/concordance/autointerp";

    private final PostgresExplanations explanations;
    private final LabelBlocks blocks;
    private final LabelMeters meters;

    ExplanationTasks(PostgresExplanations explanations, LabelBlocks blocks, LabelMeters meters) {
        this.explanations = explanations;
        this.blocks = blocks;
        this.meters = meters;
    }

    @Override
    public String kind() {
        return PostgresExplanations.KIND;
    }

    @Override
    public void carryOut(UUID work, int task, Chat chat) {
        ExplanationOrder order = explanations.find(work).orElseThrow();
        Target target = explanations.target(work, task).orElse(null);
        if (target == null || target.materialKey() == null) {
            finish(work, task, unexplained("there are no examples of this feature"), List.of());
            return;
        }
        LabelMaterial material = blocks.get(target.materialKey(), target.index());
        switch (ChatExplainer.explain(material, chat)) {
            case Answer.Unparsed unparsed -> finish(work, task, unexplained(unparsed.problem()), List.of());
            case Answer.Label label -> score(work, task, order, target, material, label.text(), chat);
        }
    }

    private void finish(UUID work, int task, Outcome outcome, List<Event<?>> events) {
        explanations.finish(work, task, outcome, events);
        meters.stated(events);
    }

    private static Outcome unexplained(String problem) {
        return new Outcome(null, false, null, List.of(), problem);
    }

    private void score(
            UUID work,
            int task,
            ExplanationOrder order,
            Target target,
            LabelMaterial material,
            String label,
            Chat chat) {
        List<String> own = new ArrayList<>(List.of(label.toLowerCase(Locale.ROOT)));
        if (target.label() != null) {
            own.add(target.label().toLowerCase(Locale.ROOT));
        }
        Optional<Target> other = explanations.borrow(order.dictionary(), target.index(), own);
        String borrowed = other.map(Target::label).orElse(null);
        ScoredLabel scored = ScoredLabel.of(label, borrowed, material, order.scorers(), chat);
        String from = other.map(Target::uid).orElse(null);
        List<Event<?>> events = new ArrayList<>();
        for (Entry entry : scored.scores()) {
            events.add(event(
                    work,
                    target,
                    entry.scorer().text(),
                    scored(order, target, label, entry, from, scored.holds(), chat.endpoint())));
        }
        if (scored.holds()) {
            events.add(event(work, target, "", explained(order, target, label, scored, chat.endpoint())));
        }
        finish(work, task, new Outcome(label, scored.holds(), from, scored.scores(), null), events);
    }

    private static <T> Event<T> event(UUID work, Target target, String part, T data) {
        String type = data.getClass().getSimpleName();
        String name = String.join("\n", work.toString(), type, target.uid(), part);
        return new Event<>(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(),
                SOURCE,
                type,
                target.uid(),
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                data);
    }

    private static FeatureScored scored(
            ExplanationOrder order,
            Target target,
            String label,
            Entry entry,
            @Nullable String from,
            boolean adopted,
            Endpoint endpoint) {
        return new FeatureScored(
                target.uid(),
                order.dictionary(),
                target.index(),
                label,
                ChatExplainer.ID,
                ChatExplainer.PROMPT_VERSION,
                endpoint.trustTier().text(),
                endpoint.model(),
                entry.scorer().text(),
                entry.measure(),
                estimate(entry.score()),
                entry.score().n(),
                entry.score().parseFailures(),
                entry.score().missing(),
                control(entry.control(), from),
                adopted);
    }

    private static FeatureScored.@Nullable Control control(@Nullable Score control, @Nullable String from) {
        return control == null || from == null
                ? null
                : new FeatureScored.Control(from, estimate(control), control.n(), control.parseFailures());
    }

    private static FeatureScored.@Nullable Estimate estimate(Score score) {
        Score.Estimate estimate = score.estimate();
        return estimate == null ? null : new FeatureScored.Estimate(estimate.value(), estimate.low(), estimate.high());
    }

    private static FeatureExplained explained(
            ExplanationOrder order, Target target, String label, ScoredLabel scored, Endpoint endpoint) {
        Entry detection = scored.scores().stream()
                .filter(e -> e.scorer() == ScorerKind.DETECTION)
                .findFirst()
                .orElseThrow();
        Score.Estimate estimate = detection.score().estimate();
        return new FeatureExplained(
                target.uid(),
                order.dictionary(),
                target.index(),
                label,
                ChatExplainer.ID,
                ChatExplainer.PROMPT_VERSION,
                endpoint.trustTier().text(),
                target.firings(),
                estimate == null
                        ? null
                        : new FeatureExplained.Score(
                                detection.measure(),
                                estimate.value(),
                                estimate.low(),
                                estimate.high(),
                                detection.score().n(),
                                detection.score().parseFailures()),
                endpoint.model(),
                ChatExplainer.PROMPT_HASH);
    }
}
