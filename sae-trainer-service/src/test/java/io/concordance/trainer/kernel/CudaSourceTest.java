package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.concordance.trainer.kernel.cuda.CudaUnavailable;
import io.concordance.trainer.kernel.cuda.Nvrtc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernels under NVIDIA's compiler, which needs no GPU. Runs where NVRTC is found; {@code -Dconcordance.cuda.path=FOLDER}
 * names a place to look.
 */
class CudaSourceTest {

    private static Nvrtc nvrtc() {
        try {
            return new Nvrtc();
        } catch (CudaUnavailable e) {
            System.out.println("NOT RUN: CUDA kernels were not compiled, " + e.getMessage());
            return abort("not run: NVRTC not found");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_90", "sm_120"})
    void theKernelsCompileFor(String architecture) {
        Nvrtc nvrtc = nvrtc();
        byte[] image = nvrtc.compile(CudaKernels.source(), architecture);
        System.out.println(nvrtc.library() + " made " + image.length + " bytes for " + architecture);
        assertThat(image).startsWith(0x7f, 'E', 'L', 'F');
    }

    @Test
    void whatTheCompilerRefusesIsShown() {
        Nvrtc nvrtc = nvrtc();
        assertThatThrownBy(() -> nvrtc.compile("__global__ void k() { nonsense(); }", "sm_90"))
                .isInstanceOf(CudaUnavailable.class)
                .hasMessageContaining("cannot compile for sm_90")
                .hasMessageContaining("nonsense");
    }
}
