package io.concordance.capture.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.attribution.OutcomeMetric.Kind;
import io.concordance.capture.attribution.PromptAttribution.ByGradient;
import io.concordance.capture.attribution.PromptAttribution.Read;
import io.concordance.capture.attribution.PromptAttribution.Row;
import io.concordance.capture.model.OnnxSession;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.graph.Embeddings;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.capture.model.graph.ResidualStream;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Against {@code demo/organism/gradients.py}: PyTorch autograd in double precision. */
class PromptAttributionTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final ModelProto ORGANISM = OnnxFile.read(DEMO.resolve("model.onnx"));
    private static final String HOOK = ResidualStream.find(
                    ORGANISM, Embeddings.in(OnnxGraph.of(ORGANISM)).token())
            .layers()
            .get(2)
            .post();
    private static final SafetensorsFile TORCH = torch();
    private static final Dictionary DICTIONARY = dictionary();
    private static final List<List<Integer>> REMOVED =
            List.of(List.of(3), List.of(5, 9), IntStream.range(0, 64).boxed().toList());
    private static final int PROMPT = 10;

    @AfterAll
    static void close() {
        TORCH.close();
    }

    @Test
    void attributesTheActionsLogProbabilityToFeaturesLikeTorch() {
        PromptAttribution attribution = new PromptAttribution(asked(action(), true, 8, null), DICTIONARY);
        try (GradientModel model = gradients(action())) {
            List<ByGradient> found = attribution.gradients(model, reads(attribution, action()));

            assertThat(dense(attribution, found, ByGradient::gradient)).satisfies(near("gradient"));
            assertThat(dense(attribution, found, ByGradient::integrated)).satisfies(near("integrated"));
            assertThat(new float[] {found.get(0).error(), found.get(1).error()}).satisfies(near("error"));
        }
    }

    @Test
    void attributesLogOddsToFeaturesLikeTorch() {
        PromptAttribution attribution = new PromptAttribution(asked(odds(), true, 0, null), DICTIONARY);
        try (GradientModel model = gradients(odds());
                DownstreamModel downstream = downstream(odds())) {
            List<Read> reads = reads(attribution, odds());

            List<ByGradient> found = attribution.gradients(model, reads);
            double[] metric = attribution.metrics(downstream, reads, List.of(new Row(0, -1), new Row(1, -1)));

            assertThat(dense(attribution, found, ByGradient::gradient)).satisfies(near("odds.gradient"));
            assertThat(floats(metric)).satisfies(near("odds.metric"));
        }
    }

    @Test
    void removesFeaturesExactlyWithManyRemovalsInOnePass() {
        PromptAttribution attribution = new PromptAttribution(asked(action(), false, 0, REMOVED), DICTIONARY);
        try (DownstreamModel downstream = downstream(action())) {
            List<Read> reads = reads(attribution, action());
            List<Row> rows = attribution.rows(reads);

            double[] metrics = attribution.metrics(downstream, reads, rows);

            assertThat(attribution.downstreamRows()).isEqualTo(rows.size());
            assertThat(floats(metrics[rows.indexOf(new Row(0, -1))], metrics[rows.indexOf(new Row(1, -1))]))
                    .satisfies(near("metric"));
            float[] effects = new float[6];
            for (int i = 0; i < effects.length; i++) {
                Row without = new Row(i / 3, i % 3);
                effects[i] = (float) (metrics[rows.indexOf(new Row(i / 3, -1))] - metrics[rows.indexOf(without)]);
            }
            assertThat(effects).satisfies(near("effect"));
        }
    }

    @Test
    void runsNoRowForFeaturesThatAreSilent() {
        int silent = IntStream.range(0, 64)
                .filter(j -> TORCH.floats("gradient")[j] == 0)
                .findFirst()
                .orElseThrow();
        boolean silentOnTheOther = TORCH.floats("gradient")[64 + silent] == 0;
        PromptAttribution attribution =
                new PromptAttribution(asked(action(), false, 0, List.of(List.of(silent), List.of(3))), DICTIONARY);

        List<Row> rows = attribution.rows(reads(attribution, action()));

        assertThat(rows).doesNotContain(new Row(0, 0)).contains(new Row(0, -1), new Row(0, 1));
        assertThat(rows.contains(new Row(1, 0))).isEqualTo(!silentOnTheOther);
    }

    private static Attribution asked(OutcomeMetric metric, boolean gradients, int steps, List<List<Integer>> ablate) {
        return new Attribution("sha256:d", metric, gradients, steps, ablate);
    }

    private static OutcomeMetric action() {
        return new OutcomeMetric(Kind.LOG_PROBABILITY, List.of("action"), tokens("action"));
    }

    private static OutcomeMetric odds() {
        return new OutcomeMetric(Kind.LOG_ODDS, List.of("a", "b", "c"), tokens("set"));
    }

    private static List<Integer> tokens(String name) {
        return Arrays.stream(TORCH.longs(name)).mapToObj(Math::toIntExact).toList();
    }

    private static GradientModel gradients(OutcomeMetric metric) {
        return GradientModel.open(ORGANISM, List.of(HOOK), metric.target("logits"), 128);
    }

    private static DownstreamModel downstream(OutcomeMetric metric) {
        return DownstreamModel.open(ORGANISM, HOOK, metric.target("logits"), 128);
    }

    private static List<Read> reads(PromptAttribution attribution, OutcomeMetric metric) {
        long[] prompts = TORCH.longs("prompt");
        List<Read> reads = new ArrayList<>();
        try (OnnxSession session =
                OnnxSession.open(HookSurgery.exposing(ORGANISM, List.of(HOOK), HookSurgery.Precision.FP32))) {
            for (int row = 0; row < 2; row++) {
                int[] prompt = Arrays.stream(prompts, row * PROMPT, (row + 1) * PROMPT)
                        .mapToInt(Math::toIntExact)
                        .toArray();
                int[] text = metric.forced(prompt);
                float[] values = session.run(TokenBatch.of(List.of(text)), List.of(HookSurgery.output(0)))
                        .get(HookSurgery.output(0))
                        .data();
                reads.add(attribution.read(text, PROMPT, values));
            }
        }
        return reads;
    }

    private interface Values {
        float[] of(ByGradient found);
    }

    private static float[] dense(PromptAttribution attribution, List<ByGradient> found, Values values) {
        float[] dense = new float[2 * 64];
        List<Read> reads = reads(attribution, action());
        for (int row = 0; row < 2; row++) {
            int[] features = reads.get(row).firings().distinct();
            for (int f = 0; f < features.length; f++) {
                dense[row * 64 + features[f]] = values.of(found.get(row))[f];
            }
        }
        return dense;
    }

    private static float[] floats(double... values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /** Relative to the length of the whole vector. */
    private static Consumer<float[]> near(String name) {
        return found -> {
            float[] torch = TORCH.floats(name);
            assertThat(found).hasSameSizeAs(torch);
            double difference = 0;
            double length = 0;
            for (int i = 0; i < torch.length; i++) {
                difference += Math.pow(found[i] - torch[i], 2);
                length += Math.pow(torch[i], 2);
            }
            assertThat(Math.sqrt(difference / length)).as(name).isLessThan(1e-5);
        };
    }

    private static Dictionary dictionary() {
        return new Dictionary(
                128,
                64,
                TORCH.floats("encoder"),
                TORCH.floats("encoder_bias"),
                TORCH.floats("decoder"),
                TORCH.floats("decoder_bias"),
                TORCH.floats("threshold"),
                new DictionaryInfo("jumprelu", "batchtopk", 4, "m", HOOK, 0, 0, 0, 0));
    }

    private static SafetensorsFile torch() {
        try (InputStream in = PromptAttributionTest.class.getResourceAsStream("/organism-attributions.safetensors")) {
            return SafetensorsFile.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
