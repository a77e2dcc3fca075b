package io.concordance.capture.model;

/** The model cannot be run on these tokens; it would fail the same way again. */
public final class ModelRunException extends RuntimeException {
    public ModelRunException(String message) {
        super(message);
    }

    ModelRunException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
