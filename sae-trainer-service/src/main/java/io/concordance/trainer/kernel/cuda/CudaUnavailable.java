package io.concordance.trainer.kernel.cuda;

/** This machine cannot do what was asked of a GPU; the message names what is missing. */
public final class CudaUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CudaUnavailable(String message) {
        super(message);
    }
}
