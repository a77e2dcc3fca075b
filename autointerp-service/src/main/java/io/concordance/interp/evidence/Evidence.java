package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a dictionary's features did over a list of shards. Grows by one shard at a time; the result is a function of the
 * order of shards. Memory is bounded by what {@link EvidenceOptions} keeps for each feature, but for eight bytes a document
 * and the token ids that occur; maxima of documents lie in a file.
 */
public final class Evidence {
    private final EvidenceOptions options;
    private final List<ArmTotals> arms = new ArrayList<>();
    private final Map<Arm, Integer> armIndex = new HashMap<>();
    private final Register register = new Register();
    private final ScreenedDocuments screened;
    private final int[] splitDocuments = new int[DocumentSplit.values().length];
    private final List<FeatureEvidence> features = new ArrayList<>();
    private final MaximaSpool maxima;
    private final Background explain;
    private final Background score;
    private int shards;

    public Evidence(EvidenceOptions options, int featureCount) {
        this(options, featureCount, Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** @param scratch folder for what does not stay in memory */
    public Evidence(EvidenceOptions options, int featureCount, Path scratch) {
        this.options = options;
        this.maxima = new MaximaSpool(featureCount, scratch, MaximaSpool.ROOM);
        this.explain = new Background(options);
        this.score = new Background(options);
        this.screened = new ScreenedDocuments(options.documents());
        for (int j = 0; j < featureCount; j++) {
            features.add(new FeatureEvidence(options, maxima, j));
        }
    }

    void add(ShardEvidence shard) {
        int arm = arm(shard.arm());
        arms.get(arm).addRows(shard.rowsByBucket());
        arms.get(arm).places().addAll(shard.places());
        arms.get(arm).residuals().addAll(shard.residuals());
        int[] global = new int[shard.documents().size()];
        for (int d = 0; d < global.length; d++) {
            global[d] = add(shard.documents().get(d), arms.get(arm));
        }
        for (ShardEvidence.Fired fired : shard.fired()) {
            FeatureEvidence feature = features.get(fired.feature());
            feature.add(arm, fired.tally());
            feature.cells().addAll(fired.cells());
            feature.draw(fired.explain(), fired.score());
            DocumentMaxima local = fired.maxima();
            for (int i = 0; i < local.size(); i++) {
                feature.firedIn(shard.documents().get(local.document(i)).split());
                int document = global[local.document(i)];
                if (document >= 0) {
                    feature.add(document, local.maximum(i, Scope.WHOLE), local.maximum(i, Scope.BEFORE_OUTPUT));
                }
            }
        }
        explain.offerAll(shard.explain());
        score.offerAll(shard.score());
        screened.shrink(maxima::renumber);
        shards++;
    }

    /** What examples must reach from here on. */
    Bars bars() {
        Bars bars = new Bars(features.size(), arms.stream().map(ArmTotals::arm).toList());
        for (int j = 0; j < features.size(); j++) {
            FeatureEvidence feature = features.get(j);
            for (DocumentSplit split : DocumentSplit.values()) {
                bars.drawn(split)[j] = feature.bar(split);
            }
            for (int a = 0; a < arms.size(); a++) {
                Tally tally = feature.tally(a);
                if (tally != null) {
                    bars.strongest(arms.get(a).arm())[j] = tally.top.bar();
                }
            }
        }
        return bars;
    }

    private int arm(Arm arm) {
        return armIndex.computeIfAbsent(arm, a -> {
            arms.add(new ArmTotals(a));
            return arms.size() - 1;
        });
    }

    /**
     * A document read twice in one arm is one document, bad when either reading says so.
     *
     * @return its index among the screened ones; -1 when it is none of them
     */
    private int add(DocumentInfo document, ArmTotals arm) {
        long key = TokenPlaces.hash(document.key() + arms.indexOf(arm));
        Outcome before = register.note(key, document.outcome());
        Outcome outcome = before == null || document.outcome() == Outcome.BAD ? document.outcome() : before;
        if (before == null) {
            arm.count(outcome, 1);
            splitDocuments[document.split().ordinal()]++;
        } else if (outcome != before) {
            arm.count(before, -1);
            arm.count(outcome, 1);
        }
        return screened.index(new DocumentInfo(document.arm(), document.id(), outcome, document.key()));
    }

    public EvidenceOptions options() {
        return options;
    }

    /** How many shards it has grown by. */
    public int shards() {
        return shards;
    }

    /** In order of first appearance. */
    public List<ArmTotals> arms() {
        return Collections.unmodifiableList(arms);
    }

    /** Documents with a known outcome whose maxima are kept, see {@link EvidenceOptions#documents()}. */
    public List<DocumentInfo> documents() {
        return screened.documents();
    }

    /** All documents of a split, each once an arm. */
    public int documents(DocumentSplit split) {
        return splitDocuments[split.ordinal()];
    }

    /** One for each feature of the dictionary, silent ones included. */
    public List<FeatureEvidence> features() {
        return Collections.unmodifiableList(features);
    }

    public long rows() {
        return arms.stream().mapToLong(ArmTotals::rows).sum();
    }

    /** Background tokens of the explain or the score split. */
    public Background background(DocumentSplit split) {
        return switch (split) {
            case EXPLAIN -> explain;
            case SCORE -> score;
            case CALIBRATE -> throw new IllegalArgumentException("calibration keeps no background");
        };
    }

    void write(Wire.Out out) {
        out.count(shards);
        out.count(arms.size());
        arms.forEach(arm -> arm.write(out));
        register.write(out);
        screened.write(out);
        for (int count : splitDocuments) {
            out.count(count);
        }
        ExampleWire examples = new ExampleWire(options.seed());
        features.forEach(feature -> feature.write(out, examples));
        explain.write(out, examples);
        score.write(out, examples);
    }

    void read(Wire.In in) {
        shards = in.count();
        int armCount = in.count();
        for (int a = 0; a < armCount; a++) {
            ArmTotals totals = ArmTotals.read(in);
            armIndex.put(totals.arm(), a);
            arms.add(totals);
        }
        register.read(in);
        ExampleWire examples = new ExampleWire(options.seed());
        screened.read(in, examples);
        for (int s = 0; s < splitDocuments.length; s++) {
            splitDocuments[s] = in.count();
        }
        features.forEach(feature -> feature.read(in, examples));
        explain.read(in, examples);
        score.read(in, examples);
    }
}
