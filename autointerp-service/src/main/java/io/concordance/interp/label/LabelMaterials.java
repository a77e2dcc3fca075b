package io.concordance.interp.label;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.BackgroundSite;
import io.concordance.interp.evidence.DocumentMaxima;
import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.FeatureEvidence;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts from the evidence what language models are shown of a feature, split by split. */
public final class LabelMaterials {
    static final int EXPLAIN = 20;
    static final int EXPLAIN_SILENT = 10;
    static final int SCORE = 20;
    static final int SCORE_SILENT = 20;

    private final Evidence evidence;
    private final TokenText text;
    private final int context;
    private final Map<DocumentSplit, Silent> silent = new HashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final int[] idOf;

    public LabelMaterials(Evidence evidence, TokenText text) {
        this.evidence = evidence;
        this.text = text;
        this.context = evidence.options().context();
        this.idOf = evidence.documents().stream()
                .mapToInt(document -> ids.computeIfAbsent(document.id(), id -> ids.size()))
                .toArray();
        silent.put(DocumentSplit.EXPLAIN, new Silent(evidence, DocumentSplit.EXPLAIN));
        silent.put(DocumentSplit.SCORE, new Silent(evidence, DocumentSplit.SCORE));
    }

    /** Background tokens of a split, uniformly drawn first, and all of them by token. */
    private record Silent(List<BackgroundSite> uniform, Map<Integer, List<BackgroundSite>> byToken) {
        Silent(Evidence evidence, DocumentSplit split) {
            this(evidence.background(split).uniform(), new HashMap<>());
            uniform.forEach(this::index);
            evidence.background(split).stratified().forEach(this::index);
        }

        private void index(BackgroundSite site) {
            byToken.computeIfAbsent(site.token(), t -> new ArrayList<>()).add(site);
        }
    }

    /** @param label of the offline explainer */
    public LabelMaterial of(int index, @Nullable String label) {
        FeatureEvidence feature = evidence.features().get(index);
        List<Example> explain = feature.drawn(DocumentSplit.EXPLAIN);
        List<Example> score = feature.drawn(DocumentSplit.SCORE);
        if (explain.isEmpty()) {
            // A feature that fired outside the explain split alone is shown as it is, and then nothing is left to
            // score.
            explain = feature.top();
            score = List.of();
        }
        BitSet fired = firedIn(feature.maxima());
        return new LabelMaterial(
                index,
                explain.stream()
                        .sorted(Comparator.comparingDouble((Example e) -> -e.value()))
                        .limit(EXPLAIN)
                        .map(this::window)
                        .toList(),
                silent(DocumentSplit.EXPLAIN, explain, fired, EXPLAIN_SILENT),
                score.stream().limit(SCORE).map(this::window).toList(),
                silent(DocumentSplit.SCORE, score, fired, SCORE_SILENT),
                label);
    }

    /** Numbers of the ids it fired under, in whatever arm. */
    private BitSet firedIn(DocumentMaxima maxima) {
        BitSet fired = new BitSet(ids.size());
        for (int i = 0; i < maxima.size(); i++) {
            fired.set(idOf[maxima.document(i)]);
        }
        return fired;
    }

    /** Half of them hard, with tokens of the firings; one a document, and no document the feature fired in. */
    private List<Window> silent(DocumentSplit split, List<Example> firings, BitSet fired, int limit) {
        Silent from = silent.get(split);
        BitSet used = (BitSet) fired.clone();
        List<Window> windows = new ArrayList<>();
        List<Integer> tokens = firings.stream().map(Example::token).distinct().toList();
        for (int round = 0; windows.size() < limit / 2; round++) {
            boolean any = false;
            for (int token : tokens) {
                List<BackgroundSite> sites =
                        from == null ? List.of() : from.byToken().getOrDefault(token, List.of());
                if (round < sites.size() && windows.size() < limit / 2) {
                    any = true;
                    take(sites.get(round), used, windows);
                }
            }
            if (!any) {
                break;
            }
        }
        for (BackgroundSite site : from == null ? List.<BackgroundSite>of() : from.uniform()) {
            if (windows.size() == limit) {
                break;
            }
            take(site, used, windows);
        }
        return windows;
    }

    private void take(BackgroundSite site, BitSet used, List<Window> windows) {
        Integer id = ids.get(site.document().info().id());
        if (id != null && !used.get(id)) {
            used.set(id);
            int length = site.document().tokens().length;
            int from = Math.max(0, site.row() - context);
            int to = Math.min(length, site.row() + context + 1);
            windows.add(window(site.document(), from, new float[to - from]));
        }
    }

    private Window window(Example example) {
        return window(example.document(), example.from(), example.activations());
    }

    private Window window(DocumentRows document, int from, float[] activations) {
        List<String> tokens = new ArrayList<>(activations.length);
        for (int i = 0; i < activations.length; i++) {
            tokens.add(text.of(document.tokens()[from + i]));
        }
        return new Window(document.info().id(), document.info().arm().name(), tokens, activations);
    }
}
