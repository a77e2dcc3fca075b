package io.concordance.kit.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * The body of a refusal (RFC 9457).
 *
 * @param type stable name of the kind of problem, a URN from {@link ProblemTypes}
 * @param title the kind in words, the same for every occurrence
 * @param detail what went wrong this time
 * @param field path of the field at fault, such as {@code arms[0].transcripts}
 * @param given what that field held
 * @param allowed what it may hold
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable String field,
        @Nullable String given,
        @Nullable String allowed) {

    static final MediaType MEDIA_TYPE = new MediaType("application", "problem+json");

    Problem(String type, String title, int status, @Nullable String detail) {
        this(type, title, status, detail, null, null, null);
    }

    Response toResponse() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }
}
