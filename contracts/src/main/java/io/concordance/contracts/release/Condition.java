package io.concordance.contracts.release;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.function.Predicate;

/** What must hold of a session for a rule to fire: features that exceed their thresholds, and how they combine. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Condition.Fires.class, name = "fires"),
    @JsonSubTypes.Type(value = Condition.All.class, name = "all"),
    @JsonSubTypes.Type(value = Condition.Any.class, name = "any"),
    @JsonSubTypes.Type(value = Condition.AtLeast.class, name = "at-least"),
    @JsonSubTypes.Type(value = Condition.Not.class, name = "not")
})
public sealed interface Condition {
    /** Deepest nesting. */
    int MOST_DEEP = 8;
    /** Most parts, over all levels. */
    int MOST_PARTS = 1000;

    /** A feature's pooled value exceeds its threshold. */
    record Fires(String feature, Pooling pooling) implements Condition {
        @Override
        public List<Condition> parts() {
            return List.of();
        }
    }

    record All(List<Condition> of) implements Condition {
        public All {
            of = several(of);
        }

        @Override
        public List<Condition> parts() {
            return of;
        }
    }

    record Any(List<Condition> of) implements Condition {
        public Any {
            of = several(of);
        }

        @Override
        public List<Condition> parts() {
            return of;
        }
    }

    /** At least {@code count} of the parts hold. */
    record AtLeast(int count, List<Condition> of) implements Condition {
        public AtLeast {
            of = several(of);
            if (count < 1 || count > of.size()) {
                throw new FieldProblem("count", count, "1 to the number of parts, " + of.size());
            }
        }

        @Override
        public List<Condition> parts() {
            return of;
        }
    }

    record Not(Condition of) implements Condition {
        public Not {
            if (of == null) {
                throw new FieldProblem("of", null, "a condition");
            }
        }

        @Override
        public List<Condition> parts() {
            return List.of(of);
        }
    }

    /** What this is made of; empty for {@link Fires}. */
    List<Condition> parts();

    /** Whether it holds, given which of its leaves do. */
    default boolean holds(Predicate<Fires> leaf) {
        return switch (this) {
            case Fires fires -> leaf.test(fires);
            case All all -> holding(all.of(), leaf) == all.of().size();
            case Any any -> holding(any.of(), leaf) > 0;
            case AtLeast some -> holding(some.of(), leaf) >= some.count();
            case Not not -> !not.of().holds(leaf);
        };
    }

    /** How many of the parts hold; makes no objects, as this is asked of every session. */
    private static int holding(List<Condition> parts, Predicate<Fires> leaf) {
        int count = 0;
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).holds(leaf)) {
                count++;
            }
        }
        return count;
    }

    /**
     * Checks what a single part cannot see. Returns it.
     *
     * @throws FieldProblem when it is too deep or too large, or holds of a session on which no feature fires
     */
    default Condition checked() {
        if (depth() > MOST_DEEP) {
            throw new FieldProblem("condition", depth() + " levels", "at most " + MOST_DEEP + " levels");
        }
        if (size() > MOST_PARTS) {
            throw new FieldProblem("condition", size() + " parts", "at most " + MOST_PARTS + " parts");
        }
        if (holds(fires -> false)) {
            throw new FieldProblem("condition", this, "one that does not hold when no feature fires");
        }
        return this;
    }

    private int depth() {
        return 1 + parts().stream().mapToInt(Condition::depth).max().orElse(0);
    }

    private int size() {
        return 1 + parts().stream().mapToInt(Condition::size).sum();
    }

    private static List<Condition> several(List<Condition> of) {
        if (of == null || of.isEmpty()) {
            throw new FieldProblem("of", of, "at least one condition");
        }
        return List.copyOf(of);
    }
}
