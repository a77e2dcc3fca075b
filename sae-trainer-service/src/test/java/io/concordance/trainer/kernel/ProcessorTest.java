package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.kernel.cuda.CudaUnavailable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorTest {
    private static final KernelShape SHAPE = new KernelShape(4, 8, 2);

    @Test
    void settingsNameTheCpuOneGpuOrTheBestThereIs() {
        assertThat(Processor.of("cpu", "cublas", 3, "off").kind()).isEqualTo(Processor.Kind.CPU);
        assertThat(Processor.of("auto", "cublas", 3, "off").kind()).isEqualTo(Processor.Kind.AUTO);
        assertThat(Processor.of("nd4j", "cublas", 3, "off").kind()).isEqualTo(Processor.Kind.ND4J);
        assertThat(Processor.of("cuda:7", "cublas-tf32", 3, "off"))
                .isEqualTo(new Processor(Processor.Kind.CUDA, 7, CudaEncoding.CUBLAS_TF32, 3, Screening.OFF));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "cuda", "cuda:", "cuda:-1", "cuda:0x1", "CPU", ""})
    void anythingElseIsRefusedByName(String device) {
        assertThatThrownBy(() -> Processor.of(device, "cublas", 1, "off"))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("concordance.trainer.device")
                .hasMessageContaining("auto, cpu, cuda:N or nd4j");
    }

    @Test
    void anUnknownEncodingIsRefusedByName() {
        assertThatThrownBy(() -> Processor.of("cpu", "fp16", 1, "off"))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("concordance.trainer.cuda-encoding")
                .hasMessageContaining("cublas, cublas-tf32, in-order");
    }

    @Test
    void anUnknownScreeningIsRefusedByName() {
        assertThatThrownBy(() -> Processor.of("cpu", "cublas", 1, "on"))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("concordance.trainer.screening")
                .hasMessageContaining("off, auto, required");
    }

    @Test
    void whatWasBegunWithAnotherArithmeticIsNotGoneOnWith() {
        assertThatThrownBy(() -> Kernels.open(SHAPE, Processor.cpu(1), "cublas/sm_90"))
                .isInstanceOf(OtherArithmetic.class)
                .hasMessageContaining("begun in cublas/sm_90 arithmetic")
                .hasMessageContaining("this trainer has in-order");
    }

    @Test
    void aRunOfNd4jStaysWithNd4j() {
        Processor nd4j = Processor.of("nd4j", "cublas", 1, "off");
        try (StepKernels kernels = Kernels.open(SHAPE, nd4j, "nd4j")) {
            assertThat(kernels.name()).isEqualTo("nd4j");
        }
        assertThatThrownBy(() -> Kernels.open(SHAPE, nd4j, StepKernels.IN_ORDER))
                .isInstanceOf(OtherArithmetic.class);
        assertThatThrownBy(() -> Kernels.open(SHAPE, Processor.cpu(1), "nd4j")).isInstanceOf(OtherArithmetic.class);
    }

    @Test
    void withoutADriverAGpuIsMissingByNameAndAutoMeansTheCpu() {
        try (StepKernels found = new CudaKernels(SHAPE, 0, CudaEncoding.IN_ORDER)) {
            abort("not run: there is a GPU, " + found.name());
        } catch (CudaUnavailable e) {
            assertThat(e).hasMessageMatching("no (NVIDIA driver|GPU|NVRTC).*|the NVIDIA driver does not start.*");
        }
        assertThatThrownBy(() -> Kernels.open(SHAPE, Processor.of("cuda:0", "cublas", 1, "off"), null))
                .isInstanceOf(CudaUnavailable.class);
        try (StepKernels kernels = Kernels.open(SHAPE, Processor.of("auto", "cublas", 1, "off"), null)) {
            assertThat(kernels.arithmetic()).isEqualTo(StepKernels.IN_ORDER);
        }
    }
}
