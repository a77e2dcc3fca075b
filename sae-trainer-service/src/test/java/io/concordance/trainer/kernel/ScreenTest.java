package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.concordance.contracts.kernel.bf16.Bf16;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the numbers, a screened selection has the reference's pairs and bits. */
class ScreenTest {

    @BeforeAll
    static void screensHere() {
        Bf16.obstacle().ifPresent(obstacle -> System.out.println("NOT RUN: bf16 screening, for " + obstacle));
        assumeTrue(Screen.runs(), "not run: no bf16 products");
    }

    static Stream<KernelParityTest.Case> shapes() {
        return KernelParityTest.cases();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyPhaseHasTheBitsOfTheReference(KernelParityTest.Case sample) {
        try (StepKernels scalar = new ScalarKernels(sample.shape());
                StepKernels screened = screened(sample.shape(), sample.threads())) {
            new StepComparison(sample, scalar, screened, 0).run(3);
        }
    }

    private static StepKernels screened(KernelShape shape, int threads) {
        return new VectorKernels(shape, threads, Screen.Use.ALWAYS);
    }

    record Trial(HostileNumbers numbers, Selection rule) {}

    static Stream<Trial> trials() {
        return Arrays.stream(HostileNumbers.values())
                .flatMap(numbers -> Stream.of(
                                new Selection.TopK(1),
                                new Selection.TopK(20),
                                new Selection.TopK(SHAPE.features()),
                                new Selection.BatchTopK(1),
                                new Selection.BatchTopK(20),
                                new Selection.BatchTopK(SHAPE.features()))
                        .map(rule -> new Trial(numbers, rule)));
    }

    private static final KernelShape SHAPE = new KernelShape(83, 700, 50);

    @ParameterizedTest
    @MethodSource("trials")
    void hostileNumbersAreSelectedAsByTheReference(Trial trial) {
        long seed = new Random().nextLong();
        System.out.println(trial + " seed " + seed);
        Random random = new Random(seed);
        float[] encoder = trial.numbers.encoder(random, SHAPE);
        float[] bias = trial.numbers.bias(random, SHAPE);
        try (StepKernels reference = new ScalarKernels(SHAPE);
                StepKernels screened = screened(SHAPE, 2)) {
            for (StepKernels kernels : new StepKernels[] {reference, screened}) {
                kernels.put(Parameter.ENCODER, Quantity.VALUE, encoder);
                kernels.put(Parameter.ENCODER_BIAS, Quantity.VALUE, bias);
            }
            // Borders of one batch are the next one's first guess.
            for (int batch = 0; batch < 3; batch++) {
                float[] rows = trial.numbers.rows(random, SHAPE);
                reference.centre(rows, 1);
                screened.centre(rows, 1);
                Selected wanted = reference.select(trial.rule);
                assertThat(screened.select(trial.rule)).isEqualTo(wanted);
                assertThat(pairs(screened.pairs())).isEqualTo(pairs(reference.pairs()));
            }
        }
    }

    private static String pairs(Pairs pairs) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pairs.count(); i++) {
            text.append(pairs.rows()[i])
                    .append(' ')
                    .append(pairs.features()[i])
                    .append(' ')
                    .append(Integer.toHexString(Float.floatToRawIntBits(pairs.activations()[i])))
                    .append('\n');
        }
        return text.toString();
    }
}
