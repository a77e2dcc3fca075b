package io.concordance.contracts.release;

import io.concordance.contracts.release.SessionReader.Reading;
import io.concordance.contracts.release.SessionReader.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Rules over the features of some tensors, evaluated on sessions. Immutable; usable from any thread. */
public final class RuleEvaluator {
    private final SessionReader reader;
    private final float[] threshold;
    private final List<Watched> watched = new ArrayList<>();
    private final Map<Reading, Integer> columns = new LinkedHashMap<>();

    private record Watched(Rule rule, Condition whole, Map<Condition.Fires, Reading> leaves) {}

    /** A leaf that exceeds its threshold in a rule that fired; {@code token} is the one with its highest value. */
    public record Fire(Rule rule, Condition.Fires leaf, int row, int token, float value, float threshold) {}

    /**
     * @param width d
     * @param threshold {@code [n]}, what a pooled value must exceed
     * @param rows row of a feature in the tensors, by uid
     */
    public RuleEvaluator(
            FeatureReader features, int width, float[] threshold, Map<String, Integer> rows, List<Rule> rules) {
        this.threshold = threshold.clone();
        for (Rule rule : rules) {
            Map<Condition.Fires, Reading> leaves = new LinkedHashMap<>();
            for (Condition.Fires leaf : rule.leaves()) {
                Integer row = rows.get(leaf.feature());
                if (row == null) {
                    throw new IllegalArgumentException("rule " + rule.id() + " names " + leaf.feature());
                }
                Reading reading = new Reading(row, leaf.pooling());
                leaves.put(leaf, reading);
                columns.putIfAbsent(reading, columns.size());
            }
            watched.add(new Watched(rule, rule.whole(), leaves));
        }
        this.reader = new SessionReader(features, width, threshold.length, List.copyOf(columns.keySet()));
    }

    /**
     * For every rule that fires the leaves that exceed their thresholds, in the order of rules and leaves; empty when none
     * fires.
     *
     * @param activations {@code [tokens, d]} row-major
     * @param firstOutput index of the first token that the model wrote, {@code tokens} when it wrote none
     * @throws io.concordance.contracts.problem.FieldProblem when there are too few values, or one is not finite
     */
    public List<Fire> evaluate(float[] activations, int tokens, int firstOutput) {
        Session session = reader.read(activations, tokens, firstOutput);
        List<Fire> fires = new ArrayList<>();
        for (Watched watch : watched) {
            if (watch.whole.holds(leaf -> exceeds(session, watch, leaf))) {
                watch.leaves.forEach((leaf, reading) -> {
                    if (exceeds(session, watch, leaf)) {
                        int column = column(reading);
                        fires.add(new Fire(
                                watch.rule,
                                leaf,
                                reading.row(),
                                session.tokens()[column],
                                session.values()[column],
                                threshold[reading.row()]));
                    }
                });
            }
        }
        return fires;
    }

    private boolean exceeds(Session session, Watched watch, Condition.Fires leaf) {
        Reading reading = watch.leaves.get(leaf);
        return reading != null && session.values()[column(reading)] > threshold[reading.row()];
    }

    private int column(Reading reading) {
        return Objects.requireNonNull(columns.get(reading));
    }
}
