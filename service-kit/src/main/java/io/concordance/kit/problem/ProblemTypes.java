package io.concordance.kit.problem;

/** The kinds of problem a caller can tell apart. They never change their meaning; {@code docs/problems.md} lists them. */
public final class ProblemTypes {
    public static final String INVALID_FIELD = "urn:concordance:problem:invalid-field";
    public static final String MALFORMED_BODY = "urn:concordance:problem:malformed-body";
    public static final String NOT_FOUND = "urn:concordance:problem:not-found";
    public static final String CONFLICT = "urn:concordance:problem:conflict";
    public static final String UNPROCESSABLE = "urn:concordance:problem:unprocessable";
    public static final String TOO_LARGE = "urn:concordance:problem:too-large";
    public static final String IDEMPOTENCY_KEY_REUSED = "urn:concordance:problem:idempotency-key-reused";
    public static final String REQUEST_IN_FLIGHT = "urn:concordance:problem:request-in-flight";
    public static final String HTTP = "about:blank";
    public static final String INTERNAL = "urn:concordance:problem:internal";

    private ProblemTypes() {}
}
