package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import io.concordance.trainer.kernel.cuda.CudaUnavailable;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The CUDA kernels on a real GPU against the CPU. Runs where one is found. */
@Tag("gpu")
class CudaGpuTest {

    private static StepKernels open(KernelShape shape, CudaEncoding encoding) {
        try {
            return new CudaKernels(shape, 0, encoding);
        } catch (CudaUnavailable e) {
            System.out.println("NOT RUN: no kernel ran on a GPU, " + e.getMessage());
            return abort("not run: " + e.getMessage());
        }
    }

    static Stream<KernelParityTest.Case> cases() {
        return KernelParityTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodedInOrderEveryPhaseHasTheBitsOfTheReference(KernelParityTest.Case sample) {
        try (StepKernels scalar = new ScalarKernels(sample.shape());
                StepKernels cuda = open(sample.shape(), CudaEncoding.IN_ORDER)) {
            new StepComparison(sample, scalar, cuda, 0).run(3);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodedByCublasEveryPhaseIsCloseToTheReference(KernelParityTest.Case sample) {
        try (StepKernels scalar = new ScalarKernels(sample.shape());
                StepKernels cuda = open(sample.shape(), CudaEncoding.CUBLAS)) {
            new StepComparison(sample, scalar, cuda, 1e-4).run(3);
        }
    }

    @Test
    void tensorCoresSelectNearlyTheSame() {
        KernelShape shape = new KernelShape(128, 1024, 1000);
        StepFixture fixture = new StepFixture(shape, 3);
        try (StepKernels exact = open(shape, CudaEncoding.IN_ORDER);
                StepKernels rounded = open(shape, CudaEncoding.CUBLAS_TF32)) {
            fixture.load(exact);
            fixture.load(rounded);
            exact.centre(fixture.rows, 1);
            rounded.centre(fixture.rows, 1);
            Selected wanted = exact.select(new Selection.TopK(16));
            Selected selected = rounded.select(new Selection.TopK(16));
            assertThat(selected.pairs()).isEqualTo(wanted.pairs());
            assertThat(selected.activations()).isCloseTo(wanted.activations(), within(0.01 * wanted.activations()));
        }
    }

    @Test
    void twoRunsHaveTheSameBits() {
        KernelShape shape = new KernelShape(512, 8192, 4096);
        assertThat(train(shape, CudaEncoding.CUBLAS)).isEqualTo(train(shape, CudaEncoding.CUBLAS));
        assertThat(train(shape, CudaEncoding.IN_ORDER)).isEqualTo(train(shape, CudaEncoding.IN_ORDER));
    }

    private static int train(KernelShape shape, CudaEncoding encoding) {
        StepFixture fixture = new StepFixture(shape, 7);
        try (StepKernels kernels = open(shape, encoding)) {
            fixture.load(kernels);
            long[] nanos = new long[20];
            for (int step = 1; step <= nanos.length; step++) {
                long start = System.nanoTime();
                kernels.centre(fixture.rows, 1);
                kernels.select(new Selection.TopK(32));
                kernels.decode(Objective.reconstruction(shape.features()));
                kernels.groupByFeature();
                kernels.gradients();
                kernels.update(AdamStep.at(step, 1e-3, 0.9, 0.999, 1e-8, 1));
                kernels.get(Parameter.DECODER_BIAS, Quantity.VALUE);
                nanos[step - 1] = System.nanoTime() - start;
            }
            Arrays.sort(nanos);
            System.out.printf(
                    "%s %s: %.2f ms a step (median of %d, rows copied in)%n",
                    kernels.name(), shape, nanos[nanos.length / 2] / 1e6, nanos.length);
            return 31 * Arrays.hashCode(kernels.get(Parameter.ENCODER, Quantity.VALUE))
                    + Arrays.hashCode(kernels.get(Parameter.DECODER, Quantity.VALUE));
        }
    }
}
