package io.concordance.interp.feature;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.FeatureEvidence;
import io.concordance.interp.evidence.Tally;
import io.concordance.interp.feature.FeatureExamples.ArmExamples;
import io.concordance.interp.feature.FeatureExamples.Shown;
import io.concordance.interp.label.TokenText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Chooses the examples of a feature that people see, and spells out their tokens. */
final class ShownExamples {
    private static final int PER_ARM = 6;
    private static final int QUANTILES = 10;

    private final Evidence evidence;
    private final TokenText text;

    ShownExamples(Evidence evidence, TokenText text) {
        this.evidence = evidence;
        this.text = text;
    }

    FeatureExamples of(FeatureEvidence feature) {
        List<ArmExamples> arms = new ArrayList<>();
        for (int a = 0; a < evidence.arms().size(); a++) {
            Tally tally = feature.tally(a);
            ArmTotals arm = evidence.arms().get(a);
            if (tally != null) {
                arms.add(new ArmExamples(
                        arm.arm().name(),
                        arm.arm().kind(),
                        shown(tally.top().stream().limit(PER_ARM).toList())));
            }
        }
        return new FeatureExamples(shown(feature.top()), shown(quantiles(feature)), arms);
    }

    /** Evenly spaced ranks of the drawn firings, weakest first; all of them when they are few. */
    private static List<Example> quantiles(FeatureEvidence feature) {
        List<Example> drawn = new ArrayList<>(feature.drawn(DocumentSplit.EXPLAIN));
        drawn.addAll(feature.drawn(DocumentSplit.SCORE));
        drawn.sort(Comparator.comparingDouble(Example::value).thenComparingLong(Example::priority));
        int count = Math.min(QUANTILES, drawn.size());
        return IntStream.range(0, count)
                .mapToObj(i -> drawn.get((int) ((i + 0.5) * drawn.size() / count)))
                .toList();
    }

    private List<Shown> shown(List<Example> examples) {
        return examples.stream().map(this::shown).toList();
    }

    private Shown shown(Example example) {
        DocumentRows document = example.document();
        int to = example.from() + example.activations().length;
        int[] ids = IntStream.range(example.from(), to).map(document::token).toArray();
        int output = Math.max(document.promptRows(), example.from());
        return new Shown(
                document.info().id(),
                document.info().arm().name(),
                document.info().outcome().text(),
                document.info().split().text(),
                document.position(example.row()),
                example.value(),
                example.row() - example.from(),
                output < to ? output - example.from() : null,
                ids,
                Arrays.stream(ids).mapToObj(text::of).toList(),
                example.activations());
    }
}
