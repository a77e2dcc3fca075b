package io.concordance.contracts.kernel.bf16;

/** This machine cannot run the native bf16 products; the message names what is missing. */
public final class Bf16Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Bf16Unavailable(String message) {
        super(message);
    }
}
