package io.concordance.kit.access;

import io.quarkus.security.ForbiddenException;
import org.jspecify.annotations.Nullable;

/**
 * Somebody known asks for what is not theirs: answered with 403, and told to {@link Refusals} once the transaction that it
 * ends is over.
 */
public final class RefusedException extends ForbiddenException {
    private static final long serialVersionUID = 1;

    private final String detail;
    private final @Nullable String what;

    /** @param detail for the caller */
    public RefusedException(String detail) {
        this(detail, null);
    }

    /** @param what is kept beside method and path, null for nothing */
    RefusedException(String detail, @Nullable String what) {
        super(detail);
        this.detail = detail;
        this.what = what;
    }

    String detail() {
        return detail;
    }

    @Nullable
    String what() {
        return what;
    }
}
