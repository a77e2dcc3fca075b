package io.concordance.trainer.kernel.cuda;

/** A call that the driver, NVRTC or cuBLAS refused. */
public final class CudaFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CudaFailure(String message) {
        super(message);
    }
}
