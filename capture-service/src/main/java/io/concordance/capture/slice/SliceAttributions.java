package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.attribution.OutcomeMetric;
import io.concordance.capture.attribution.PromptAttribution;
import io.concordance.capture.intervention.Dictionaries;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.attribution.AttributionFile.Header;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.tensor.DType;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Attributes the outcome of a slice's transcripts to the features of a dictionary, and keeps that as one object. */
@ApplicationScoped
class SliceAttributions {
    private static final long MOST_BYTES = 1L << 30;

    private final Models models;
    private final Dictionaries dictionaries;
    private final SliceTexts texts;
    private final ObjectStore objects;
    private final int batchTokens;
    private @Nullable Kept kept;

    /** Workers of one job read the same dictionary. */
    private record Kept(String digest, Dictionary dictionary) {}

    SliceAttributions(
            Models models, Dictionaries dictionaries, SliceTexts texts, ObjectStore objects, CaptureConfig config) {
        this.models = models;
        this.dictionaries = dictionaries;
        this.texts = texts;
        this.objects = objects;
        this.batchTokens = config.slice().batchTokens();
    }

    /** @throws ModelRunException when a transcript cannot be read as a prompt */
    SliceShards run(SliceWork work, Attribution asked, RegisteredModel model) {
        HookPoint hook = work.hooks().getFirst();
        Dictionary dictionary = dictionary(asked.dictionary());
        HookPoint logits = models.logits(model);
        List<SliceTexts.Prompt> prompts = texts.prompts(work, model);
        int[] truncated = {0};
        List<SliceAttribution.Prompt> forced = models.use(
                model,
                List.of(hook),
                DType.F32,
                loaded -> prompts.stream()
                        .map(prompt -> forced(prompt, loaded, asked.metric(), work.contextPolicy(), truncated))
                        .toList());
        SliceAttribution attribution = new SliceAttribution(
                new PromptAttribution(asked, dictionary), asked, logits.width(), batchTokens, model.padding());
        GradientTarget target = asked.metric().target(logits.tensor());
        models.use(model, List.of(hook), DType.F32, loaded -> attribution.read(loaded, forced));
        if (asked.gradients()) {
            models.gradients(model, hook, target, attribution::byGradients);
        }
        models.downstream(model, hook, target, attribution::byAblation);
        byte[] file = AttributionFile.write(header(work, asked, hook), attribution.rows());
        ObjectRef stored = stored(work.attributionKey(), file);
        int tokens = forced.stream().mapToInt(prompt -> prompt.tokens().length).sum();
        return new SliceShards(
                truncated[0], 0, List.of(new SliceShards.Part(tokens, forced.size(), List.of())), null, stored, null);
    }

    /** An earlier try may have kept other bytes, where another processor rounds otherwise; they stand. */
    private ObjectRef stored(String key, byte[] file) {
        try {
            StoredObject stored = objects.putIfAbsent(key, file, "application/octet-stream");
            return new ObjectRef(objects.bucket(), stored.key(), stored.sha256(), stored.bytes());
        } catch (ObjectStoreException.Conflict earlier) {
            byte[] there = objects.get(key, MOST_BYTES);
            AttributionFile.read(there);
            return new ObjectRef(objects.bucket(), key, Digests.sha256(there), there.length);
        }
    }

    private synchronized Dictionary dictionary(String digest) {
        if (kept == null || !kept.digest.equals(digest)) {
            kept = new Kept(digest, dictionaries.get(digest));
        }
        return kept.dictionary;
    }

    /** A prompt that leaves no room for what is forced after it is cut at its end, or refused. */
    private static SliceAttribution.Prompt forced(
            SliceTexts.Prompt prompt, HookedModel model, OutcomeMetric metric, ContextPolicy policy, int[] truncated) {
        TokenizedDocument read = model.tokens(prompt.spans(), false, prompt.special());
        String id = prompt.transcript().id();
        int room = model.context() - metric.predicted() + 1;
        if (read.length() == 0) {
            throw new ModelRunException("document '" + id + "' has no text before the first output span");
        }
        if (read.length() > room) {
            if (policy == ContextPolicy.REFUSE) {
                throw new ModelRunException(String.format(
                        Locale.ROOT,
                        "document '%s' has a prompt of %d tokens, more than %d; contextPolicy truncate would take it",
                        id,
                        read.length(),
                        room));
            }
            truncated[0]++;
        }
        int[] tokens = Arrays.copyOf(read.tokens(), Math.min(read.length(), room));
        return new SliceAttribution.Prompt(id, prompt.transcript().outcome(), metric.forced(tokens), tokens.length);
    }

    private static Header header(SliceWork work, Attribution asked, HookPoint hook) {
        return new Header(
                work.job().toString(),
                work.model(),
                hook.name(),
                asked.dictionary(),
                work.slice(),
                work.arm().name(),
                work.arm().kind(),
                new String(Json.canonical(asked.metric()), StandardCharsets.UTF_8),
                asked.gradients(),
                asked.steps(),
                asked.ablate() == null ? null : new ArrayList<>(asked.groups()));
    }
}
