package io.concordance.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.Selection;
import io.concordance.trainer.kernel.StepKernels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainStepTest {
    private static final long SEED = 3;
    private final SparseData data = new SparseData(32, 64, 3, SEED);

    private TrainStep train(TrainConfig config, int threads) {
        StepKernels kernels = Kernels.open(new KernelShape(data.width, config.width(), config.batch()), threads);
        TrainStep step = new TrainStep(config, kernels);
        step.initialise(data.rows(8192, SEED), 8192);
        while (!step.done()) {
            step.run(data.rows(config.batch(), KeyedRandom.hash(SEED, step.step())));
        }
        return step;
    }

    private static TrainConfig config(Activation activation, long tokens) {
        return TrainConfig.of(96, 3, activation, tokens, SEED, 256, null, 8192);
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aDictionaryFindsTheDirectionsItsDataIsMadeOf(Activation activation) {
        TrainStep step = train(config(activation, 600_000), 2);
        Dictionary dictionary = step.export("toy", "blocks.0.hook_resid_post");
        System.out.println(activation + " seed " + SEED + ": recovery " + data.recovery(dictionary.decoder()) + ", "
                + step.metrics());
        assertThat(data.recovery(dictionary.decoder())).isGreaterThan(0.9);
        assertThat(step.metrics().fvu()).isLessThan(0.15);
        assertThat(step.metrics().l0()).isBetween(2.0, activation == Activation.STANDARD ? 20.0 : 3.1);
    }

    @Test
    void oneAndTwoThreadsLearnTheSameBits() {
        Dictionary one = train(config(Activation.BATCHTOPK, 20_000), 1).export("m", "h");
        Dictionary two = train(config(Activation.BATCHTOPK, 20_000), 2).export("m", "h");
        assertThat(two.encoder()).isEqualTo(one.encoder());
        assertThat(two.decoder()).isEqualTo(one.decoder());
        assertThat(two.encoderBias()).isEqualTo(one.encoderBias());
        assertThat(two.threshold()).isEqualTo(one.threshold());
        assertThat(two.info()).isEqualTo(one.info());
    }

    @Test
    void theExportedThresholdGivesAboutTheTrainedSparsityAndErrorOnRawRows() {
        TrainStep step = train(config(Activation.BATCHTOPK, 400_000), 2);
        Dictionary dictionary = step.export("toy", "blocks.0.hook_resid_post");
        int rows = 4000;
        float[] raw = data.rows(rows, 99);
        double[] fired = new double[1];
        float[] reconstruction = new float[raw.length];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(dictionary.decoderBias(), 0, reconstruction, r * data.width, data.width);
        }
        new SparseEncoder(dictionary).encode(raw, rows, (row, feature, value) -> {
            fired[0]++;
            for (int c = 0; c < data.width; c++) {
                reconstruction[row * data.width + c] += value * dictionary.decoder()[feature * data.width + c];
            }
        });
        assertThat(fired[0] / rows).isCloseTo(step.metrics().l0(), within(0.5));
        assertThat(fvu(raw, reconstruction)).isCloseTo(step.metrics().fvu(), within(0.05));
    }

    private double fvu(float[] rows, float[] reconstruction) {
        int n = rows.length / data.width;
        double error = 0;
        double variance = 0;
        for (int c = 0; c < data.width; c++) {
            double mean = 0;
            for (int r = 0; r < n; r++) {
                mean += rows[r * data.width + c] / n;
            }
            for (int r = 0; r < n; r++) {
                error += Math.pow(rows[r * data.width + c] - reconstruction[r * data.width + c], 2);
                variance += Math.pow(rows[r * data.width + c] - mean, 2);
            }
        }
        return error / variance;
    }

    @Test
    void fvuIsOneForTheMeanPredictorAndZeroForIdentity() {
        assertThat(MetricSums.NONE.plus(7, 7, 0, 0, 0, 4).metrics(1, null, null).fvu())
                .isEqualTo(1);
        assertThat(MetricSums.NONE.plus(0, 7, 0, 0, 0, 4).metrics(1, null, null).fvu())
                .isZero();

        // A dictionary whose features never fire predicts b_dec: the batch mean here.
        float[] rows = data.rows(256, 1);
        float[] mean = new float[data.width];
        for (int i = 0; i < rows.length; i++) {
            mean[i % data.width] += rows[i] / 256;
        }
        try (StepKernels kernels = Kernels.open(new KernelShape(data.width, 8, 256), 1)) {
            kernels.put(Parameter.DECODER_BIAS, Quantity.VALUE, mean);
            double variance = kernels.centre(rows, 1).variance();
            kernels.select(new Selection.TopK(2));
            assertThat(kernels.decode(Objective.reconstruction(8)).squares() / variance)
                    .isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void deadFeaturesAreRevivedByTheAuxiliaryLoss() {
        long with = aliveAfterSilencing(256);
        long without = aliveAfterSilencing(0);
        System.out.println("alive with AuxK " + with + ", without " + without + " of 96");
        assertThat(with).isGreaterThan(without + 10);
    }

    /** Trains from a start where three quarters of the features have a bias that keeps them out of the top k. */
    private long aliveAfterSilencing(int auxiliaryK) {
        TrainConfig base = config(Activation.TOPK, 200_000);
        TrainConfig config = new TrainConfig(
                96,
                3,
                Activation.TOPK,
                base.tokens(),
                SEED,
                256,
                1.6e-3,
                8192,
                auxiliaryK,
                2000,
                0,
                List.of(96),
                Position.NONE,
                0);
        StepKernels kernels = Kernels.open(new KernelShape(data.width, 96, 256), 2);
        TrainStep step = new TrainStep(config, kernels);
        step.initialise(data.rows(8192, SEED), 8192);
        float[] bias = new float[96];
        Arrays.fill(bias, 24, 96, -2.5f);
        kernels.put(Parameter.ENCODER_BIAS, Quantity.VALUE, bias);
        while (!step.done()) {
            step.run(data.rows(256, KeyedRandom.hash(SEED, step.step())));
        }
        return Arrays.stream(step.firings()).filter(n -> n > 0).count();
    }

    @Test
    void rowsWithInfinitiesStopTheRunWithAReason() {
        TrainConfig config = config(Activation.TOPK, 10_000);
        TrainStep step = new TrainStep(config, Kernels.open(new KernelShape(data.width, 96, 256), 1));
        float[] rows = data.rows(256, 1);
        step.initialise(rows, 256);
        rows[5] = Float.POSITIVE_INFINITY;
        assertThatThrownBy(() -> step.run(rows))
                .isInstanceOf(TrainingDiverged.class)
                .hasMessageContaining("step 1");
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aLearningRateThatDivergesStopsTheRunWithAReason(Activation activation) {
        TrainConfig config = TrainConfig.of(96, 3, activation, 100_000, SEED, 256, 1.0, 8192);
        assertThatThrownBy(() -> train(config, 2))
                .isInstanceOf(TrainingDiverged.class)
                .hasMessageContaining("lower learningRate");
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aContinuedRunBeginsWhereTheDictionaryEnded(Activation activation) {
        TrainStep first = train(config(activation, 300_000), 2);
        Dictionary dictionary = first.export("toy", "blocks.0.hook_resid_post");
        TrainConfig config = TrainConfig.of(96, 3, activation, 25_600, SEED + 1, 256, 1e-9, 8192);
        TrainStep next = new TrainStep(config, Kernels.open(new KernelShape(data.width, 96, 256), 2));
        float[] scaled = data.rows(8192, 77);
        next.continueFrom(dictionary, scaled, 8192);
        while (!next.done()) {
            next.run(data.rows(256, KeyedRandom.hash(SEED, 1000 + next.step())));
        }
        assertThat(next.metrics().fvu()).isCloseTo(first.metrics().fvu(), within(0.02));
        assertThat(next.metrics().l0()).isCloseTo(first.metrics().l0(), within(0.2));
        Dictionary again = next.export("toy", "blocks.0.hook_resid_post", new DictionaryInfo.Continued("sha256:x", 2));
        assertThat(again.info().generation()).isEqualTo(2);
        assertThat(data.recovery(again.decoder())).isCloseTo(data.recovery(dictionary.decoder()), within(1e-4));
    }

    @Test
    void aDictionaryWithDecoderRowsOfAnyLengthIsContinuedAsTheSameFunction() {
        Dictionary unit = train(config(Activation.JUMPRELU, 100_000), 2).export("m", "h");
        float[] encoder = unit.encoder().clone();
        float[] bias = unit.encoderBias().clone();
        float[] decoder = unit.decoder().clone();
        float[] threshold = unit.threshold().clone();
        for (int f = 0; f < unit.features(); f++) {
            float length = 0.5f + f % 5;
            for (int c = f * data.width; c < (f + 1) * data.width; c++) {
                decoder[c] *= length;
                encoder[c] /= length;
            }
            bias[f] /= length;
            threshold[f] /= length;
        }
        Dictionary uneven = new Dictionary(
                data.width, unit.features(), encoder, bias, decoder, unit.decoderBias(), threshold, unit.info());
        TrainStep step = new TrainStep(
                config(Activation.JUMPRELU, 25_600), Kernels.open(new KernelShape(data.width, 96, 256), 1));
        step.continueFrom(uneven, data.rows(8192, 3), 8192);
        float[] rows = data.rows(2000, 9);

        assertThat(Reconstruction.look(step.export("m", "h"), rows, 2000, 0).fvu())
                .isCloseTo(Reconstruction.look(unit, rows, 2000, 0).fvu(), within(1e-3));
    }

    @Test
    void metricsCarryCosineGradientNormAndDensity() {
        Metrics metrics = train(config(Activation.TOPK, 300_000), 2).metrics();
        assertThat(metrics.cosine()).isBetween(0.9, 1.0);
        assertThat(metrics.gradientNorm()).isPositive();
        assertThat(metrics.explained()).isEqualTo(1 - metrics.fvu());
        assertThat(metrics.density().features().stream().mapToInt(n -> n).sum()
                        + metrics.density().silent())
                .isEqualTo(96);
        assertThat(metrics.heldOut()).isNull();
    }

    @Test
    void theScheduleWarmsUpHoldsAndDecaysOverTheLastFifth() {
        assertThat(Schedule.at(1, 1000)).isLessThan(0.03);
        assertThat(Schedule.at(100, 1000)).isEqualTo(1);
        assertThat(Schedule.at(800, 1000)).isEqualTo(1);
        assertThat(Schedule.at(900, 1000)).isCloseTo(0.5, within(0.01));
        assertThat(Schedule.at(1000, 1000)).isGreaterThan(0).isLessThan(0.01);
    }

    @Test
    void metricsStartAsTheMeanPredictors() {
        TrainStep step =
                new TrainStep(config(Activation.TOPK, 1000), Kernels.open(new KernelShape(data.width, 96, 256), 1));
        assertThat(step.metrics()).isEqualTo(new Metrics(0, 1, 0, 1));
    }
}
