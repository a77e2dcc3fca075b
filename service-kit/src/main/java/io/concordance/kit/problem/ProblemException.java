package io.concordance.kit.problem;

/** A refusal that is not about one field of the request. */
public final class ProblemException extends RuntimeException {
    private final int status;
    private final String type;
    private final String title;
    private final String detail;

    /**
     * @param status HTTP status, 400 to 599
     * @param type one of {@link ProblemTypes}
     */
    public ProblemException(int status, String type, String title, String detail) {
        super(title + ": " + detail);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: given " + status + ", allowed 400 to 599");
        }
        this.status = status;
        this.type = type;
        this.title = title;
        this.detail = detail;
    }

    /** 404: there is no {@code what} with this id. */
    public static ProblemException notFound(String what, Object id) {
        return new ProblemException(
                404, ProblemTypes.NOT_FOUND, "Not found", "There is no " + what + " '" + cut(id) + "'.");
    }

    /** 409: what is asked does not fit the present state. */
    public static ProblemException conflict(String detail) {
        return new ProblemException(409, ProblemTypes.CONFLICT, "Conflict", detail);
    }

    /** 412: it was meant for another state than the present one. */
    public static ProblemException stale(String detail) {
        return new ProblemException(412, ProblemTypes.STALE, "Stale", detail);
    }

    /** 428: it has to say which state it is meant for. */
    public static ProblemException preconditionRequired(String detail) {
        return new ProblemException(428, ProblemTypes.PRECONDITION_REQUIRED, "Precondition required", detail);
    }

    /** 422: well-formed, but it cannot be done. */
    public static ProblemException unprocessable(String detail) {
        return new ProblemException(422, ProblemTypes.UNPROCESSABLE, "Unprocessable", detail);
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    Problem problem() {
        return new Problem(type, title, status, detail);
    }

    private static String cut(Object id) {
        String text = String.valueOf(id);
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
