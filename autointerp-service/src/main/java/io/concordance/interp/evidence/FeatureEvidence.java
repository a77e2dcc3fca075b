package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything the pass keeps about one feature. */
public final class FeatureEvidence {
    private final EvidenceOptions options;
    private final List<@Nullable Tally> byArm = new ArrayList<>();
    private final DocumentMaxima maxima = new DocumentMaxima();
    private final TokenCells cells = new TokenCells();
    private final int[] firedIn = new int[DocumentSplit.values().length];
    private final Kept<Example> explain;
    private final Kept<Example> score;

    FeatureEvidence(EvidenceOptions options) {
        this.options = options;
        this.explain = new Kept<>(Example.DRAWN, options.samples());
        this.score = new Kept<>(Example.DRAWN, options.samples());
    }

    void add(int arm, Tally tally) {
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
        maxima.write(out);
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
        maxima.read(in);
        cells.read(in);
        for (int s = 0; s < firedIn.length; s++) {
            firedIn[s] = in.count();
        }
        explain.offerAll(examples.read(in));
        score.offerAll(examples.read(in));
    }

    void draw(List<Example> explaining, List<Example> scoring) {
        explain.offerAll(explaining);
        score.offerAll(scoring);
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
        return maxima;
    }

    /** Strongest firings over all arms, strongest first, one a document of an arm. */
    public List<Example> top() {
        Kept<Example> top = new Kept<>(Example.STRONGEST, options.top());
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
