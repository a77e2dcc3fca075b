package io.concordance.trainer.kernel;

/** A trained tensor, row-major. */
public enum Parameter {
    /** {@code W_enc}, one row a feature, [features, width]. */
    ENCODER,
    /** {@code b_enc}, [features]. */
    ENCODER_BIAS,
    /** {@code W_dec}, one unit-norm row a feature, [features, width]. */
    DECODER,
    /** {@code b_dec}, [width]; subtracted before encoding and added after decoding. */
    DECODER_BIAS,
    /** Logarithm of each feature's JumpReLU threshold, [features]; of no effect under the other rules. */
    THRESHOLD;

    /** Number of elements. */
    public int size(KernelShape shape) {
        return switch (this) {
            case ENCODER, DECODER -> Math.multiplyExact(shape.features(), shape.width());
            case ENCODER_BIAS, THRESHOLD -> shape.features();
            case DECODER_BIAS -> shape.width();
        };
    }

    /** Rows and columns in the kernels' own buffers; only the matrices and the decoder bias have padded rows. */
    int rows(KernelShape shape) {
        return switch (this) {
            case ENCODER, DECODER -> shape.features();
            case ENCODER_BIAS, DECODER_BIAS, THRESHOLD -> 1;
        };
    }

    int columns(KernelShape shape) {
        return isPerFeature() ? shape.features() : shape.width();
    }

    int stride(KernelShape shape) {
        return isPerFeature() ? shape.features() : shape.stride();
    }

    private boolean isPerFeature() {
        return this == ENCODER_BIAS || this == THRESHOLD;
    }
}
