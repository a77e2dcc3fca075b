package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a dictionary's features did over a list of shards. Grows by one shard at a time; the result is a function of the
 * order of shards.
 */
public final class Evidence {
    private final EvidenceOptions options;
    private final List<ArmTotals> arms = new ArrayList<>();
    private final Map<Arm, Integer> armIndex = new HashMap<>();
    private final List<DocumentInfo> documents = new ArrayList<>();
    private final Map<DocumentInfo.Identity, Integer> documentIndex = new HashMap<>();
    private final List<FeatureEvidence> features = new ArrayList<>();
    private final Background explain;
    private final Background score;

    Evidence(EvidenceOptions options, int featureCount) {
        this.options = options;
        this.explain = new Background(options);
        this.score = new Background(options);
        for (int j = 0; j < featureCount; j++) {
            features.add(new FeatureEvidence(options));
        }
    }

    void add(ShardEvidence shard) {
        int arm = armIndex.computeIfAbsent(shard.arm(), name -> {
            arms.add(new ArmTotals(name));
            return arms.size() - 1;
        });
        arms.get(arm).addRows(shard.rowsByBucket());
        int[] global = new int[shard.documents().size()];
        for (int d = 0; d < global.length; d++) {
            global[d] = add(shard.documents().get(d), arms.get(arm));
        }
        for (ShardEvidence.Fired fired : shard.fired()) {
            FeatureEvidence feature = features.get(fired.feature());
            feature.add(arm, fired.tally());
            feature.draw(fired.explain().items(), fired.score().items());
            DocumentMaxima local = fired.maxima();
            for (int i = 0; i < local.size(); i++) {
                feature.maxima()
                        .add(
                                global[local.document(i)],
                                local.maximum(i, Scope.WHOLE),
                                local.maximum(i, Scope.BEFORE_OUTPUT));
            }
        }
        explain.offerAll(shard.explain());
        score.offerAll(shard.score());
    }

    /** A document read twice in one arm is one document, bad when either reading says so. */
    private int add(DocumentInfo document, ArmTotals arm) {
        Integer known = documentIndex.get(document.identity());
        if (known == null) {
            documents.add(document);
            documentIndex.put(document.identity(), documents.size() - 1);
            arm.count(document.outcome(), 1);
            return documents.size() - 1;
        }
        DocumentInfo first = documents.get(known);
        if (document.outcome() == Outcome.BAD && first.outcome() != Outcome.BAD) {
            arm.count(first.outcome(), -1);
            arm.count(Outcome.BAD, 1);
            documents.set(known, document);
        }
        return known;
    }

    public EvidenceOptions options() {
        return options;
    }

    /** In order of first appearance. */
    public List<ArmTotals> arms() {
        return Collections.unmodifiableList(arms);
    }

    public List<DocumentInfo> documents() {
        return Collections.unmodifiableList(documents);
    }

    /** One for each feature of the dictionary, silent ones included. */
    public List<FeatureEvidence> features() {
        return Collections.unmodifiableList(features);
    }

    public long rows() {
        return arms.stream().mapToLong(ArmTotals::rows).sum();
    }

    /** Background tokens of the explain or the score split. */
    public Background background(Split split) {
        return switch (split) {
            case EXPLAIN -> explain;
            case SCORE -> score;
            case CALIBRATE -> throw new IllegalArgumentException("calibration keeps no background");
        };
    }
}
