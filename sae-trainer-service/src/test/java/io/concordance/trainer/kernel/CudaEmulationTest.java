package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.trainer.kernel.cuda.CudaUnavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CUDA kernels and the code that launches them, on the {@link CudaEmulator}, against the reference. Its matrix product
 * keeps the reference's order, so that all bits must agree.
 */
class CudaEmulationTest {
    /** So few that every case takes several panels, and batches of candidates are thinned on the way. */
    private static final int PANEL_CELLS = 1;

    @TempDir
    static Path folder;

    private static CudaEmulator emulator;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        emulator = new CudaEmulator(folder);
    }

    @AfterAll
    static void forget() {
        emulator.close();
    }

    /** Those of the CPU but for the largest batch; instead one whose candidates are thinned at every panel. */
    static Stream<KernelParityTest.Case> cases() {
        return Stream.concat(
                KernelParityTest.cases().filter(sample -> sample.shape().batch() <= 100),
                Stream.of(new KernelParityTest.Case(new KernelShape(40, 200, 300), new Selection.BatchTopK(2), 16, 1)));
    }

    static Stream<KernelParityTest.Case> smallCases() {
        return cases().filter(sample -> sample.shape().batch() < 100);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPhaseHasTheBitsOfTheReference(KernelParityTest.Case sample) {
        compare(sample, CudaEncoding.CUBLAS);
    }

    @ParameterizedTest
    @MethodSource("smallCases")
    void theKernelThatEncodesInOrderHasTheBitsOfTheReference(KernelParityTest.Case sample) {
        compare(sample, CudaEncoding.IN_ORDER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theOrderOfThreadsAndBlocksChangesNoBit(int order) {
        try {
            emulator.order(order);
            smallCases().forEach(sample -> compare(sample, CudaEncoding.IN_ORDER));
        } finally {
            emulator.order(0);
        }
    }

    private static void compare(KernelParityTest.Case sample, CudaEncoding encoding) {
        try (StepKernels scalar = new ScalarKernels(sample.shape());
                StepKernels cuda = new CudaKernels(sample.shape(), 0, encoding, PANEL_CELLS)) {
            new StepComparison(sample, scalar, cuda, 0).run(3);
        }
    }

    /** Blocks in both orders, since what one row writes too much another may cover. */
    @ParameterizedTest
    @CsvSource({"1,0", "1,1", "130,0", "130,1"})
    void rowsOfEqualValuesAreCutWhereTheReferenceCutsThem(int k, int order) {
        KernelShape shape = new KernelShape(1, 300, 260);
        float[] weights = new float[300];
        Arrays.fill(weights, 0, 200, 1);
        Arrays.fill(weights, 200, 300, 2);
        float[] rows = new float[260];
        IntStream.range(0, 260).forEach(r -> rows[r] = r % 5 - 1);
        emulator.order(order);
        try (StepKernels scalar = new ScalarKernels(shape);
                StepKernels cuda = new CudaKernels(shape, 0, CudaEncoding.CUBLAS, PANEL_CELLS)) {
            for (StepKernels kernels : new StepKernels[] {scalar, cuda}) {
                kernels.put(Parameter.ENCODER, Quantity.VALUE, weights);
                kernels.centre(rows, 1);
            }
            for (Selection rule : new Selection[] {new Selection.TopK(k), new Selection.BatchTopK(k)}) {
                assertThat(cuda.select(rule)).isEqualTo(scalar.select(rule));
                int count = scalar.pairs().count();
                assertThat(cuda.pairs().rows())
                        .startsWith(Arrays.copyOf(scalar.pairs().rows(), count));
                assertThat(cuda.pairs().features())
                        .startsWith(Arrays.copyOf(scalar.pairs().features(), count));
            }
        } finally {
            emulator.order(0);
        }
    }

    @Test
    void aGpuThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new CudaKernels(new KernelShape(4, 8, 2), 3, CudaEncoding.CUBLAS))
                .isInstanceOf(CudaUnavailable.class)
                .hasMessage("no GPU cuda:3: the driver shows 1");
    }

    @Test
    void kernelsSayWhatTheirBitsDependOn() {
        KernelShape shape = new KernelShape(4, 8, 2);
        try (StepKernels blas = new CudaKernels(shape, 0, CudaEncoding.CUBLAS_TF32);
                StepKernels own = new CudaKernels(shape, 0, CudaEncoding.IN_ORDER)) {
            assertThat(blas.arithmetic()).isEqualTo("cublas-tf32/sm_90");
            assertThat(own.arithmetic()).isEqualTo(new ScalarKernels(shape).arithmetic());
            assertThat(own.name()).isEqualTo("cuda in-order on emulated");
        }
    }
}
