package io.concordance.interp.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.label.DetectionScorer.Detection;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenContrastExplainerTest {
    private static final long SEED = 77;
    private static final int FEATURES = 8;
    private static final int ON_TOKEN = 0;
    private static final int ON_SET = 1;
    private static final int AFTER = 2;
    private static final int LAST_WITH_CONTEXT = 3;
    private static final int RANDOM = 4;
    private static final int ONCE = 5;
    private static final int PROD = 7;
    private static final int ENV = 8;
    private static final int OFF = 9;
    private static final int END = 99;
    private static final TokenText NAMES = token -> switch (token) {
        case PROD -> "prod";
        case ENV -> "env=";
        case OFF -> " off";
        case END -> "<|assistant|>";
        default -> "w" + token;
    };

    @TempDir
    Path folder;

    private Evidence evidence;
    private Contrast contrast;
    private DetectionScorer scorer;

    @BeforeEach
    void plant() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < 1500; d++) {
            int[] tokens = random.ints(30, 10, 60).toArray();
            tokens[4] = random.nextInt(3) == 0 ? PROD : tokens[4];
            tokens[10] = random.nextInt(3) == 0 ? PROD : tokens[10];
            if (tokens[10] == PROD && random.nextBoolean()) {
                tokens[9] = ENV;
            }
            tokens[15] = random.nextBoolean() ? ENV : tokens[15];
            if (random.nextInt(4) == 0) {
                tokens[12] = OFF;
            }
            tokens[25] = END;
            documents.add(new Doc("d" + d, Outcome.OK, tokens, 26));
        }
        Dictionary dictionary = Planted.identity(FEATURES, 0.5f);
        RandomGenerator noise = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + 1);
        evidence = new EvidencePass(dictionary, EvidenceOptions.defaults(SEED), 2)
                .run(
                        Planted.write(
                                folder,
                                "job",
                                "benign",
                                "benign",
                                "learning",
                                FEATURES,
                                100,
                                documents,
                                (d, r) -> activations(d, r, noise)),
                        n -> {});
        contrast = new Contrast(evidence.background(DocumentSplit.EXPLAIN), FEATURES);
        scorer = new DetectionScorer(evidence.background(DocumentSplit.SCORE));
    }

    private static float[] activations(Doc document, int r, RandomGenerator noise) {
        int[] tokens = document.tokens();
        float[] x = new float[FEATURES];
        x[ON_TOKEN] = tokens[r] == PROD ? 2 : 0;
        x[ON_SET] = tokens[r] == 20 || tokens[r] == 21 || tokens[r] == 22 ? 2 : 0;
        x[AFTER] = tokens[r] == PROD && r > 0 && tokens[r - 1] == ENV ? 2 : 0;
        boolean off = Arrays.stream(tokens).limit(r).anyMatch(t -> t == OFF);
        x[LAST_WITH_CONTEXT] = r == 25 && off ? 2 : 0;
        x[RANDOM] = noise.nextInt(40) == 0 ? 2 : 0;
        x[ONCE] = document.id().equals("d3") && r == 4 ? 2 : 0;
        return x;
    }

    private Explanation explain(int feature) {
        var of = evidence.features().get(feature);
        return new TokenContrastExplainer()
                .explain(feature, of.drawn(DocumentSplit.EXPLAIN), of.top(), contrast, NAMES);
    }

    private Detection score(int feature, Rule rule) {
        return scorer.score(rule, feature, evidence.features().get(feature).drawn(DocumentSplit.SCORE));
    }

    @Test
    void aTokenFeatureIsNamedByItsToken() {
        Explanation explanation = explain(ON_TOKEN);
        assertThat(explanation.label()).isEqualTo("fires on token `prod`");
        assertThat(explanation.tokens().getFirst().token()).isEqualTo(PROD);
        Detection detection = score(ON_TOKEN, explanation.rule());
        assertThat(detection.value()).isEqualTo(1);
        assertThat(detection.low()).isGreaterThan(0.9);
    }

    @Test
    void aFeatureOfSeveralTokensIsNamedByAllOfThem() {
        assertThat(explain(ON_SET).label()).isEqualTo("fires on tokens `w20`, `w21`, `w22`");
    }

    @Test
    void aTokenThatOnlyCountsAfterAnotherIsNamedWithIt() {
        Explanation explanation = explain(AFTER);
        assertThat(explanation.label()).isEqualTo("fires on token `prod` after `env=`");
        assertThat(score(AFTER, explanation.rule()).value()).isEqualTo(1);
    }

    @Test
    void aConditionFarBackIsFound() {
        Explanation explanation = explain(LAST_WITH_CONTEXT);
        assertThat(explanation.label())
                .isEqualTo("fires on token `<|assistant|>` when the text before contains `␣off`");
        Detection sameToken = scorer.scoreOnSameTokens(
                explanation.rule(),
                LAST_WITH_CONTEXT,
                evidence.features().get(LAST_WITH_CONTEXT).drawn(DocumentSplit.SCORE));
        assertThat(sameToken.value()).isEqualTo(1);
    }

    @Test
    void aFeatureWithoutMeaningScoresAtChanceAndSoDoesABorrowedLabel() {
        assertThat(score(RANDOM, explain(RANDOM).rule()).low()).isLessThan(0.6);
        assertThat(score(ON_TOKEN, explain(ON_SET).rule()).value()).isLessThan(0.55);
    }

    @Test
    void aFeatureThatFiredOnceIsLabelledButNotScored() {
        Explanation explanation = explain(ONCE);
        assertThat(explanation.label()).contains("token `");
        if (explanation.rule() != null) {
            assertThat(score(ONCE, explanation.rule())).isNull();
        }
    }
}
