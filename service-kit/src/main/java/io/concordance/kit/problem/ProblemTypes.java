package io.concordance.kit.problem;

/** The kinds of problem a caller can tell apart. They never change their meaning; {@code docs/problems.md} lists them. */
public final class ProblemTypes {
    public static final String INVALID_FIELD = "urn:concordance:problem:invalid-field";
    public static final String MALFORMED_BODY = "urn:concordance:problem:malformed-body";
    public static final String NOT_FOUND = "urn:concordance:problem:not-found";
    public static final String CONFLICT = "urn:concordance:problem:conflict";
    public static final String UNPROCESSABLE = "urn:concordance:problem:unprocessable";
    public static final String STALE = "urn:concordance:problem:stale";
    public static final String PRECONDITION_REQUIRED = "urn:concordance:problem:precondition-required";
    public static final String UNAUTHORIZED = "urn:concordance:problem:unauthorized";
    public static final String FORBIDDEN = "urn:concordance:problem:forbidden";
    public static final String TOO_MANY_REQUESTS = "urn:concordance:problem:too-many-requests";
    public static final String TOO_LARGE = "urn:concordance:problem:too-large";
    public static final String IDEMPOTENCY_KEY_REUSED = "urn:concordance:problem:idempotency-key-reused";
    public static final String REQUEST_IN_FLIGHT = "urn:concordance:problem:request-in-flight";
    public static final String PEER_UNAVAILABLE = "urn:concordance:problem:peer-unavailable";
    public static final String HTTP = "about:blank";
    public static final String INTERNAL = "urn:concordance:problem:internal";

    private ProblemTypes() {}
}
