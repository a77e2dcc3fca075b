package io.concordance.contracts.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.Condition.All;
import io.concordance.contracts.release.Condition.Any;
import io.concordance.contracts.release.Condition.AtLeast;
import io.concordance.contracts.release.Condition.Fires;
import io.concordance.contracts.release.Condition.Not;
import io.concordance.contracts.release.Pooling.Over;
import io.concordance.contracts.release.Pooling.Scope;
import io.concordance.contracts.release.SessionReader.Reading;
import io.concordance.contracts.release.SessionReader.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleTest {
    private static final Fires INTENT = peak("f_intent");
    private static final Fires FICTION = peak("f_fiction");
    private static final Fires THIRD = peak("f_third");

    private static Fires peak(String feature) {
        return new Fires(feature, Pooling.PEAK);
    }

    private static Rule rule(Condition condition) {
        return Rule.of("r", ConcernLevel.HIGH, condition);
    }

    /** Few features are read one by one, many a tile at a time where there are vectors. */
    @ParameterizedTest
    @ValueSource(ints = {3, 35})
    void pooledValuesAreWhatTheirDefinitionsSay(int features) {
        int width = 5;
        long seed = 11;
        Random random = new Random(seed);
        FeatureReader plain =
                new FeatureReader(floats(random, features * width), floats(random, features), floats(random, width));
        List<Reading> readings = new ArrayList<>();
        for (int row = 0; row < features; row++) {
            for (Scope scope : Scope.values()) {
                readings.add(new Reading(row, new Pooling(Over.MEAN, 1, scope)));
                readings.add(new Reading(row, new Pooling(Over.LAST, 1, scope)));
                for (int tokens : new int[] {1, 2, 5}) {
                    readings.add(new Reading(row, new Pooling(Over.MAX, tokens, scope)));
                }
            }
        }
        SessionReader reader = new SessionReader(plain, width, features, readings);
        for (int session = 0; session < 60; session++) {
            int tokens = random.nextInt(90);
            int output = random.nextInt(tokens + 1);
            float[] rows = floats(random, tokens * width);
            float[] pre = plain.read(rows, tokens);
            Session read = reader.read(rows, tokens, output);
            for (int i = 0; i < readings.size(); i++) {
                Reading reading = readings.get(i);
                List<Float> counted = new ArrayList<>();
                int highest = -1;
                for (int t = 0; t < tokens; t++) {
                    boolean counts = switch (reading.pooling().scope()) {
                        case ALL_TOKENS -> true;
                        case BEFORE_OUTPUT -> t < output;
                        case OUTPUT -> t >= output;
                    };
                    if (counts) {
                        counted.add(pre[t * features + reading.row()]);
                        if (highest < 0
                                || pre[t * features + reading.row()] > pre[highest * features + reading.row()]) {
                            highest = t;
                        }
                    }
                }
                assertThat(read.values()[i])
                        .as("seed %d session %d %s", seed, session, reading)
                        .isEqualTo(pooled(counted, reading.pooling()));
                assertThat(read.tokens()[i])
                        .as("seed %d session %d %s", seed, session, reading)
                        .isEqualTo(highest);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aSessionWithAValueThatIsNotFiniteIsRefusedWhereverItIs(float broken) {
        int width = 5;
        int tokens = 29;
        Random random = new Random(12);
        for (int features : new int[] {3, 35}) {
            FeatureReader plain = new FeatureReader(
                    floats(random, features * width), floats(random, features), floats(random, width));
            SessionReader reader =
                    new SessionReader(plain, width, features, List.of(new Reading(features - 1, Pooling.PEAK)));
            float[] rows = floats(random, tokens * width);
            for (int token = 0; token < tokens; token++) {
                float[] spoiled = rows.clone();
                spoiled[token * width + token % width] = broken;
                assertThatThrownBy(() -> reader.read(spoiled, tokens, tokens))
                        .as("%d features, token %d", features, token)
                        .isInstanceOf(FieldProblem.class)
                        .hasMessageContaining("finite");
            }
            assertThat(reader.read(rows, tokens, tokens).values()[0]).isFinite();
        }
    }

    private static float pooled(List<Float> counted, Pooling pooling) {
        if (counted.size() < pooling.tokens()) {
            return Float.NEGATIVE_INFINITY;
        }
        if (pooling.over() == Over.MEAN) {
            return (float) (counted.stream().mapToDouble(Float::doubleValue).sum() / counted.size());
        }
        if (pooling.over() == Over.LAST) {
            return counted.getLast();
        }
        return counted.stream().sorted().toList().get(counted.size() - pooling.tokens());
    }

    @Test
    void conditionsCombineAsTheirNamesSay() {
        Condition condition = new Any(
                List.of(new All(List.of(INTENT, new Not(FICTION))), new AtLeast(2, List.of(INTENT, FICTION, THIRD))));
        for (int bits = 0; bits < 8; bits++) {
            boolean intent = (bits & 1) > 0;
            boolean fiction = (bits & 2) > 0;
            boolean third = (bits & 4) > 0;
            boolean expected = intent && !fiction || Integer.bitCount(bits) >= 2;
            assertThat(condition.holds(
                            leaf -> leaf == INTENT && intent || leaf == FICTION && fiction || leaf == THIRD && third))
                    .as("intent %s, fiction %s, third %s", intent, fiction, third)
                    .isEqualTo(expected);
        }
    }

    /** One-dimensional features that read the three values of a token. */
    @Test
    void aConjunctionWithANegationFiresOnlyWithoutTheNegatedFeature() {
        float[] eye = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        FeatureReader reader = new FeatureReader(eye, new float[3], new float[3]);
        Map<String, Integer> rows = Map.of("f_intent", 0, "f_fiction", 1, "f_third", 2);
        Fires often = new Fires("f_third", new Pooling(Over.MAX, 2, Scope.BEFORE_OUTPUT));
        RuleEvaluator evaluator = new RuleEvaluator(
                reader,
                3,
                new float[] {1, 1, 1},
                rows,
                List.of(rule(new All(List.of(INTENT, new Not(FICTION)))), Rule.of("often", ConcernLevel.LOW, often)));
        assertThat(evaluator.evaluate(new float[] {0, 0, 0, 2, 0, 0}, 2, 2))
                .containsExactly(
                        new RuleEvaluator.Fire(rule(new All(List.of(INTENT, new Not(FICTION)))), INTENT, 0, 1, 2, 1));
        assertThat(evaluator.evaluate(new float[] {0, 3, 0, 2, 0, 0}, 2, 2)).isEmpty();
        assertThat(evaluator.evaluate(new float[] {0, 0, 2, 0, 0, 2, 0, 0, 0}, 3, 3))
                .extracting(fire -> fire.rule().id())
                .containsExactly("often");
        assertThat(evaluator.evaluate(new float[] {0, 0, 2, 0, 0, 2, 0, 0, 0}, 3, 1))
                .as("the second token is the model's own")
                .isEmpty();
    }

    @Test
    void aRuleComesBackFromJsonAndAPlainOneIsWrittenAsBefore() {
        Rule rule = rule(new Any(List.of(
                new All(List.of(INTENT, new Not(FICTION))),
                new AtLeast(1, List.of(new Fires("f_third", new Pooling(Over.MEAN, 1, Scope.OUTPUT)))))));
        assertThat(Json.read(Json.canonical(rule), Rule.class)).isEqualTo(rule);
        assertThat(new String(Json.canonical(Rule.anyOf("any", ConcernLevel.HIGH, List.of("f_1"))), UTF_8))
                .isEqualTo("{\"aggregation\":\"max\",\"atLeast\":1,\"features\":[\"f_1\"],\"id\":\"any\","
                        + "\"level\":\"high\",\"scope\":\"all-tokens\"}");
        assertThat(rule(new Any(List.of(INTENT, FICTION))))
                .isEqualTo(Rule.anyOf("r", ConcernLevel.HIGH, List.of("f_intent", "f_fiction")));
    }

    @Test
    void refusesConditionsThatFireOnSilenceAreTooDeepOrNameOtherFeatures() {
        assertThatThrownBy(() -> rule(new Not(INTENT))).hasMessageContaining("no feature fires");
        assertThatThrownBy(() -> rule(new Any(List.of(INTENT, new Not(FICTION)))))
                .hasMessageContaining("no feature fires");
        Condition deep = INTENT;
        for (int level = 0; level < Condition.MOST_DEEP; level++) {
            deep = new All(List.of(deep));
        }
        Condition tooDeep = deep;
        assertThatThrownBy(() -> rule(tooDeep)).hasMessageContaining("levels");
        assertThatThrownBy(() -> rule(new Any(java.util.Collections.nCopies(Condition.MOST_PARTS, INTENT))))
                .hasMessageContaining("parts");
        assertThatThrownBy(() -> new AtLeast(3, List.of(INTENT, FICTION))).hasMessageContaining("count");
        assertThatThrownBy(() -> new Pooling(Over.MEAN, 2, Scope.OUTPUT)).hasMessageContaining("tokens");
        assertThatThrownBy(() -> new Rule(
                        "r",
                        ConcernLevel.HIGH,
                        1,
                        List.of("f_other"),
                        Rule.CONDITION,
                        Rule.CONDITION,
                        new All(List.of(INTENT))))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("those of the condition");
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Arrays.copyOf(values, count);
    }
}
