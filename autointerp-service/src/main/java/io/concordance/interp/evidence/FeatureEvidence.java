package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything the pass keeps about one feature. */
public final class FeatureEvidence {
    private final EvidenceOptions options;
    private final List<@Nullable Tally> byArm = new ArrayList<>();
    private final MaximaSpool maxima;
    private final int index;
    private final TokenCells cells = new TokenCells();
    private final int[] firedIn = new int[DocumentSplit.values().length];
    private final Kept<Example> explain;
    private final Kept<Example> score;

    /** @param maxima those of all features, this one under its index */
    FeatureEvidence(EvidenceOptions options, MaximaSpool maxima, int index) {
        this.options = options;
        this.maxima = maxima;
        this.index = index;
        this.explain = Example.drawn(options.samples());
        this.score = Example.drawn(options.samples());
    }

    void add(int arm, ShardTally tally) {
        while (byArm.size() <= arm) {
            byArm.add(null);
        }
        Tally existing = byArm.get(arm);
        if (existing == null) {
            existing = new Tally(options.top());
            byArm.set(arm, existing);
        }
        existing.add(tally);
    }

    void firedIn(DocumentSplit split) {
        firedIn[split.ordinal()]++;
    }

    void write(Wire.Out out, ExampleWire examples) {
        out.count(byArm.size());
        for (Tally tally : byArm) {
            out.count(tally == null ? 0 : 1);
            if (tally != null) {
                tally.write(out, examples);
            }
        }
        maxima().write(out);
        cells.write(out);
        for (int count : firedIn) {
            out.count(count);
        }
        examples.write(out, explain.items());
        examples.write(out, score.items());
    }

    void read(Wire.In in, ExampleWire examples) {
        int arms = in.count();
        for (int a = 0; a < arms; a++) {
            Tally tally = null;
            if (in.count() == 1) {
                tally = new Tally(options.top());
                tally.read(in, examples);
            }
            byArm.add(tally);
        }
        DocumentMaxima.read(in, this::add);
        cells.read(in);
        for (int s = 0; s < firedIn.length; s++) {
            firedIn[s] = in.count();
        }
        explain.offerAll(examples.read(in));
        score.offerAll(examples.read(in));
    }

    void draw(Kept<Example> explaining, Kept<Example> scoring) {
        explain.offerAll(explaining);
        score.offerAll(scoring);
    }

    /** The largest key of an example in a split that could still be drawn. */
    long bar(DocumentSplit split) {
        return switch (split) {
            case EXPLAIN -> explain.bar();
            case SCORE -> score.bar();
            case CALIBRATE -> Long.MIN_VALUE;
        };
    }

    /** Index of the arm as in {@link Evidence#arms()}; null when the feature never fired in it. */
    public @Nullable Tally tally(int arm) {
        return arm < byArm.size() ? byArm.get(arm) : null;
    }

    public long firings() {
        long firings = 0;
        for (Tally tally : byArm) {
            firings += tally == null ? 0 : tally.firings();
        }
        return firings;
    }

    /** Documents of a split that the feature fired in; a document that was read twice counts twice. */
    public int documents(DocumentSplit split) {
        return firedIn[split.ordinal()];
    }

    /** By token and position, over all arms. */
    public TokenCells cells() {
        return cells;
    }

    /** Over the documents of {@link Evidence#documents()}. */
    public DocumentMaxima maxima() {
        return maxima.of(index);
    }

    void add(int document, float whole, float prompt) {
        maxima.add(index, document, whole, prompt);
    }

    /** Strongest firings over all arms, strongest first, one a document of an arm. */
    public List<Example> top() {
        Kept<Example> top = Example.strongest(options.top());
        for (Tally tally : byArm) {
            if (tally != null) {
                top.offerAll(tally.top());
            }
        }
        return List.copyOf(top.items());
    }

    /** Firings drawn uniformly from documents of a split, one a document, in drawing order. Calibration has none. */
    public List<Example> drawn(DocumentSplit split) {
        return switch (split) {
            case EXPLAIN -> Kept.distinctDocuments(explain.items(), options.samples());
            case SCORE -> Kept.distinctDocuments(score.items(), options.samples());
            case CALIBRATE -> List.of();
        };
    }
}
