package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.Intervention;
import io.concordance.capture.intervention.Interventions;
import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.intervention.Measured;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.contracts.tensor.DType;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a slice's arm changes in the model, and how that is judged. */
@ApplicationScoped
class SliceInterventions {
    private final PostgresSliceRepository slices;
    private final Interventions interventions;
    private final Models models;
    private final SliceTexts texts;
    private final int batchTokens;

    SliceInterventions(
            PostgresSliceRepository slices,
            Interventions interventions,
            Models models,
            SliceTexts texts,
            CaptureConfig config) {
        this.slices = slices;
        this.interventions = interventions;
        this.models = models;
        this.texts = texts;
        this.batchTokens = config.slice().batchTokens();
    }

    ArmEdits edits(SliceWork work, RegisteredModel model) {
        if (!work.interventions().any(work.arm().name())) {
            return ArmEdits.NONE;
        }
        return interventions.bind(work.interventions(), work.arm().name(), measured(work, model));
    }

    /**
     * Measured once a job, on the documents of its first slice in the unmodified model; whichever worker is first states
     * it for all.
     */
    private Map<String, Measured> measured(SliceWork work, RegisteredModel model) {
        List<Intervention> relative = work.interventions().measured();
        if (relative.isEmpty()) {
            return Map.of();
        }
        return slices.measured(work.job()).orElseGet(() -> {
            SliceWork first = slices.begin(work.job(), 0).orElseThrow();
            return slices.keepMeasured(work.job(), measure(relative, model, texts.given(first, model)));
        });
    }

    /** Over all token positions but the first of each run, whose norm is often that of no other. */
    private Map<String, Measured> measure(List<Intervention> relative, RegisteredModel model, SliceTexts.Texts given) {
        List<HookPoint> hooks =
                relative.stream().map(Interventions::hookPoint).distinct().toList();
        List<Measured.Gathering> gatherings =
                relative.stream().map(interventions::gathering).toList();
        models.use(model, hooks, DType.F32, loaded -> {
            List<ReadDocument> documents = given.read(loaded);
            documents.forEach(document ->
                    document.windows().forEach(window -> gather(loaded, document.tokens(window), gatherings)));
            return documents.size();
        });
        Map<String, Measured> measured = new HashMap<>();
        gatherings.forEach(gathering -> measured.put(gathering.of().name(), gathering.end()));
        return measured;
    }

    private static void gather(HookedModel model, int[] tokens, List<Measured.Gathering> gatherings) {
        if (tokens.length < 2) {
            return;
        }
        model.run(TokenBatch.of(List.of(tokens)), (hook, row, values) -> {
            int width = model.hooks().get(hook).width();
            float[] all = values.toArray(ValueLayout.JAVA_FLOAT);
            float[] value = new float[width];
            for (int position = 1; position < tokens.length; position++) {
                System.arraycopy(all, position * width, value, 0, width);
                for (Measured.Gathering gathering : gatherings) {
                    if (gathering.of().tensor().equals(model.hooks().get(hook).tensor())) {
                        gathering.add(value);
                    }
                }
            }
        });
    }

    /** How the arm's interventions move the model's predictions; null where nobody asked. */
    @Nullable
    LossSums loss(SliceWork work, RegisteredModel model, ArmEdits edits, SliceTexts.Texts read) {
        if (edits.isEmpty() || work.metrics().isEmpty()) {
            return null;
        }
        HookPoint logits = interventions.requireJudgeable(model);
        return models.use(model, List.of(logits), DType.F32, edits.sites(), loaded -> {
            return new SliceLoss(loaded, edits, work.metrics().contains("ce")).of(read.read(loaded), batchTokens);
        });
    }
}
