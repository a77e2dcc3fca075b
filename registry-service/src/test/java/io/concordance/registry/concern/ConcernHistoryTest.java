package io.concordance.registry.concern;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.feature.ReviewState;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories of proposals, amendments and reviews by four people who write their names as they like, against a model
 * of the rule: every request ends as the model says, and no level high is ever in force without two approvals of people
 * who did not propose it.
 */
class ConcernHistoryTest {
    private static final int HISTORIES = 10_000;
    private static final int LONGEST = 12;
    private static final List<List<String>> PEOPLE = List.of(
            List.of("ada", "Ada", " ADA "),
            List.of("bob", "B\u00adob"),
            List.of("cyd", "CYD"),
            List.of("dan", "D\uff21n"));

    private final Map<String, Integer> outcomes = new TreeMap<>();

    @Test
    void noLevelIsEverInForceThatTheRuleDoesNotAllow() {
        long seed = System.nanoTime();
        for (int history = 0; history < HISTORIES; history++) {
            World world = new World(new Random(seed + history));
            int steps = 1 + world.random.nextInt(LONGEST);
            for (int step = 0; step < steps; step++) {
                String found = world.step();
                String name = "seed " + seed + ", history " + history + ", step " + step + ": " + world.said;
                assertThat(found).as(name).isEqualTo(world.expected);
                world.check(name);
                outcomes.merge(found, 1, Integer::sum);
            }
        }
        assertThat(outcomes.keySet())
                .as("every kind of outcome was seen, %s", outcomes)
                .contains("proposed", "approved", "rejected", "by", "409", "412", "422");
    }

    /** The desk, and what the rule makes of the same steps. */
    private static final class World {
        private final Random random;
        private final Desk desk = new Desk();
        private final Set<Integer> approvals = new HashSet<>();
        private ReviewState state = ReviewState.NONE;
        private @Nullable ConcernLevel level;
        private int proposer;
        private int round;
        private int reviews;
        private String said = "";
        private String expected = "";

        World(Random random) {
            this.random = random;
        }

        /** Takes a step and says how it ended: the new state, the field at fault, or the status. */
        String step() {
            int person = random.nextInt(PEOPLE.size());
            List<String> names = PEOPLE.get(person);
            String by = names.get(random.nextInt(names.size()));
            ConcernLevel wanted = ConcernLevel.values()[random.nextInt(3)];
            String uid = random.nextInt(6) == 0 ? Desk.WEAK : Desk.STRONG;
            String version = random.nextInt(5) == 0 ? "9-9" : round + "-" + reviews;
            int kind = random.nextInt(8);
            said = by + " " + kind + " " + wanted + " " + uid + " at " + version;
            try {
                if (uid.equals(Desk.WEAK)) {
                    expected = "422";
                    return state(desk.propose(uid, ConcernLevel.HIGH, by));
                } else if (kind < 2) {
                    propose(person, wanted);
                    return state(desk.propose(uid, wanted, by));
                } else if (kind == 2) {
                    amend(person, wanted, version);
                    return state(desk.service.amend(uid, Desk.proposal(wanted, by), new IfMatch(List.of(version))));
                }
                Verdict verdict = kind == 3 ? Verdict.REJECT : Verdict.APPROVE;
                review(person, verdict, version);
                return state(desk.service.review(uid, new Review(by, verdict, "read it"), version));
            } catch (FieldProblem e) {
                return e.field();
            } catch (ProblemException e) {
                return Integer.toString(e.status());
            }
        }

        private static String state(Concern concern) {
            return concern.state().wire();
        }

        private void propose(int person, ConcernLevel wanted) {
            if (state == ReviewState.NONE || state == ReviewState.REJECTED) {
                begin(person, wanted);
            } else {
                expected = level == wanted && proposer == person ? state.wire() : "409";
            }
        }

        private void amend(int person, ConcernLevel wanted, String version) {
            if (state != ReviewState.PROPOSED) {
                expected = "409";
            } else if (!version.equals(round + "-" + reviews)) {
                expected = "412";
            } else if (proposer != person) {
                expected = "by";
            } else {
                begin(person, wanted);
            }
        }

        private void begin(int person, ConcernLevel wanted) {
            state = ReviewState.PROPOSED;
            level = wanted;
            proposer = person;
            round++;
            reviews = 0;
            approvals.clear();
            expected = state.wire();
        }

        private void review(int person, Verdict verdict, String version) {
            if (state != ReviewState.PROPOSED) {
                expected = "409";
            } else if (!version.equals(round + "-" + reviews)) {
                expected = "412";
            } else if (person == proposer) {
                expected = "by";
            } else if (approvals.contains(person)) {
                expected = "409";
            } else {
                reviews++;
                if (verdict == Verdict.REJECT) {
                    state = ReviewState.REJECTED;
                } else {
                    approvals.add(person);
                    state = approvals.size() >= (level == ConcernLevel.HIGH ? 2 : 1)
                            ? ReviewState.APPROVED
                            : ReviewState.PROPOSED;
                }
                expected = state.wire();
            }
        }

        void check(String name) {
            Concern kept = desk.latest.get(Desk.STRONG);
            assertThat(desk.latest.get(Desk.WEAK)).as(name).isNull();
            if (kept == null) {
                assertThat(state).as(name).isEqualTo(ReviewState.NONE);
                return;
            }
            assertThat(kept.state()).as(name).isEqualTo(state);
            assertThat(kept.level()).as(name).isEqualTo(level);
            assertThat(kept.version()).as(name).isEqualTo(round + "-" + reviews);
            if (kept.state() == ReviewState.APPROVED && kept.level() == ConcernLevel.HIGH) {
                Set<Integer> people = new HashSet<>();
                for (Review review : kept.reviews()) {
                    assertThat(review.verdict()).as(name).isEqualTo(Verdict.APPROVE);
                    people.add(person(review.by()));
                }
                assertThat(people).as(name).hasSizeGreaterThanOrEqualTo(2).doesNotContain(person(kept.by()));
            }
        }

        private static int person(String name) {
            for (int i = 0; i < PEOPLE.size(); i++) {
                if (PEOPLE.get(i).contains(name)) {
                    return i;
                }
            }
            throw new AssertionError(name);
        }
    }
}
