package io.concordance.contracts.release;

import io.concordance.contracts.release.SessionReader.Reading;
import io.concordance.contracts.release.SessionReader.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Rules over the features of some tensors, evaluated on sessions. Immutable; usable from any thread. */
public final class RuleEvaluator {
    private final SessionReader reader;
    private final float[] threshold;
    private final List<Watched> watched;
    private final Map<Reading, Integer> columns = new LinkedHashMap<>();
    private final Scratches<Scratch> scratches;

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
        List<Watched> watches = new ArrayList<>();
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
            watches.add(new Watched(rule, rule.whole(), leaves));
        }
        this.watched = List.copyOf(watches);
        this.reader = new SessionReader(features, width, threshold.length, List.copyOf(columns.keySet()));
        this.scratches = new Scratches<>(Scratch::new);
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
        Scratch scratch = scratches.take();
        try {
            Session session = reader.read(activations, tokens, firstOutput, scratch.reading);
            List<Fire> fires = List.of();
            for (int i = 0; i < watched.size(); i++) {
                Watched watch = watched.get(i);
                if (watch.whole.holds(scratch.asked(watch, session))) {
                    fires = fires.isEmpty() ? new ArrayList<>() : fires;
                    add(fires, watch, session);
                }
            }
            return fires;
        } finally {
            scratches.give(scratch);
        }
    }

    private void add(List<Fire> fires, Watched watch, Session session) {
        watch.leaves.forEach((leaf, reading) -> {
            int column = column(reading);
            float value = session.values()[column];
            if (value > threshold[reading.row()]) {
                fires.add(new Fire(
                        watch.rule, leaf, reading.row(), session.tokens()[column], value, threshold[reading.row()]));
            }
        });
    }

    private int column(Reading reading) {
        return Objects.requireNonNull(columns.get(reading));
    }

    /** One call's working memory; also says which leaves of a rule exceed their thresholds. */
    private final class Scratch implements Predicate<Condition.Fires> {
        private final SessionReader.Scratch reading = reader.scratch();
        private @Nullable Watched watch;
        private @Nullable Session session;

        Predicate<Condition.Fires> asked(Watched of, Session in) {
            watch = of;
            session = in;
            return this;
        }

        @Override
        public boolean test(Condition.Fires leaf) {
            Reading read = Objects.requireNonNull(watch).leaves.get(leaf);
            return read != null && Objects.requireNonNull(session).values()[column(read)] > threshold[read.row()];
        }
    }
}
