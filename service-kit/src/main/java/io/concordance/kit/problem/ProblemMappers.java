package io.concordance.kit.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.concordance.contracts.problem.FieldProblem;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns whatever a resource throws into a problem body. What is not the caller's fault goes to the log, not to the caller. */
public class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);
    /** PostgreSQL's states for a character that text cannot hold, as it is or escaped in JSON. */
    private static final Set<String> UNKEEPABLE_TEXT = Set.of("22021", "22P05");

    @ServerExceptionMapper
    public Response field(FieldProblem problem) {
        return JsonProblems.of(problem).toResponse();
    }

    @ServerExceptionMapper
    public Response problem(ProblemException problem) {
        return problem.problem().toResponse();
    }

    @ServerExceptionMapper({JacksonException.class, MismatchedInputException.class})
    public Response json(JacksonException failure) {
        if (failure.getCause() instanceof ProblemException refusal) {
            return problem(refusal);
        }
        return JsonProblems.of(failure).toResponse();
    }

    @ServerExceptionMapper
    public Response http(WebApplicationException failure) {
        if (failure.getCause() instanceof JacksonException json) {
            return json(json);
        }
        if (failure.getCause() instanceof FieldProblem field) {
            return field(field);
        }
        Response given = failure.getResponse();
        if (given.getStatus() < 400 || given.hasEntity()) {
            return given;
        }
        if (given.getStatus() >= 500) {
            return any(failure);
        }
        String detail = failure instanceof NotFoundException ? "Nothing is served at this address." : null;
        Response.ResponseBuilder answer = Response.fromResponse(
                new Problem(ProblemTypes.HTTP, given.getStatusInfo().getReasonPhrase(), given.getStatus(), detail)
                        .toResponse());
        Object allow = given.getHeaders().getFirst(HttpHeaders.ALLOW);
        return allow == null
                ? answer.build()
                : answer.header(HttpHeaders.ALLOW, allow).build();
    }

    @ServerExceptionMapper
    public Response any(Throwable failure) {
        if (isUnkeepableText(failure)) {
            return new Problem(
                            ProblemTypes.HTTP,
                            "Bad Request",
                            400,
                            "The request has text with the character U+0000, which cannot be kept or looked up.")
                    .toResponse();
        }
        String reference = UUID.randomUUID().toString();
        LOG.errorf(failure, "Request failed, reference %s", reference);
        return new Problem(
                        ProblemTypes.INTERNAL,
                        "Internal error",
                        500,
                        "The service failed; its log has the cause under reference " + reference + ".")
                .toResponse();
    }

    private static boolean isUnkeepableText(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && UNKEEPABLE_TEXT.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }
}
