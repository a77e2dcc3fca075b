package io.concordance.cli;

import org.jspecify.annotations.Nullable;

/** Something the user should know about and can act on; the command prints the message alone and ends with 1. */
public class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandFailure(String message) {
        super(message);
    }

    public CommandFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
