package io.concordance.kit.idempotency;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.idempotency.PostgresIdempotencyKeys.Answer;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.problem.ProblemTypes;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Carries out {@link Idempotent}. */
@Idempotent
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
class IdempotencyInterceptor {
    static final String HEADER = "Idempotency-Key";
    static final String REPLAYED = "Idempotency-Replayed";
    private static final int MAX_KEY_CHARS = 200;

    private final Jdbi jdbi;
    private final HttpHeaders headers;
    private final UriInfo uri;
    private final SecurityIdentity identity;

    IdempotencyInterceptor(Jdbi jdbi, HttpHeaders headers, UriInfo uri, SecurityIdentity identity) {
        this.jdbi = jdbi;
        this.headers = headers;
        this.uri = uri;
        this.identity = identity;
    }

    @AroundInvoke
    @Nullable
    Object once(InvocationContext call) throws Exception {
        String key = headers.getHeaderString(HEADER);
        if (key == null) {
            return call.proceed();
        }
        if (key.isBlank() || key.length() > MAX_KEY_CHARS) {
            throw new FieldProblem(HEADER, key, "1 to " + MAX_KEY_CHARS + " characters");
        }
        String operation = call.getMethod().getDeclaringClass().getSimpleName() + "."
                + call.getMethod().getName() + " " + uri.getPath() + " "
                + identity.getPrincipal().getName();
        String request = Digests.sha256(Json.canonical(body(call)));
        return jdbi.inTransaction(handle -> once(handle, operation, key, request, call));
    }

    private static Response once(Handle handle, String operation, String key, String request, InvocationContext call)
            throws Exception {
        if (!PostgresIdempotencyKeys.tryLock(handle, operation, key)) {
            throw new ProblemException(
                    409,
                    ProblemTypes.REQUEST_IN_FLIGHT,
                    "Request in flight",
                    "Another request with this Idempotency-Key has not been answered yet.");
        }
        PostgresIdempotencyKeys.deleteExpired(handle);
        Optional<Answer> earlier = PostgresIdempotencyKeys.find(handle, operation, key);
        if (earlier.isPresent()) {
            return replay(earlier.get(), request);
        }
        Response response = (Response) call.proceed();
        if (response.getStatus() >= 400) {
            return response;
        }
        Answer answer = answer(request, response);
        PostgresIdempotencyKeys.save(handle, operation, key, answer);
        Response.ResponseBuilder same = Response.fromResponse(response).entity(answer.body());
        return answer.body() == null
                ? same.build()
                : same.type(MediaType.APPLICATION_JSON_TYPE).build();
    }

    /** The parameters that are JSON values, which leaves out whatever the server injects. */
    private static List<Object> body(InvocationContext call) {
        List<Object> values = new ArrayList<>();
        for (Object parameter : call.getParameters()) {
            if (parameter != null && !parameter.getClass().getName().startsWith("org.jboss.")) {
                values.add(parameter);
            }
        }
        return values;
    }

    private static Answer answer(String request, Response response) {
        Object entity = response.getEntity();
        URI location = response.getLocation();
        return new Answer(
                request,
                response.getStatus(),
                location == null ? null : location.toString(),
                entity == null ? null : new String(Json.bytes(entity), StandardCharsets.UTF_8));
    }

    private static Response replay(Answer earlier, String request) {
        if (!earlier.requestSha256().equals(request)) {
            throw new ProblemException(
                    422,
                    ProblemTypes.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key reused",
                    "This Idempotency-Key was used with another body; a new request needs a new key.");
        }
        Response.ResponseBuilder answer = Response.status(earlier.status()).header(REPLAYED, "true");
        if (earlier.location() != null) {
            answer.location(URI.create(earlier.location()));
        }
        if (earlier.body() != null) {
            answer.type(MediaType.APPLICATION_JSON_TYPE).entity(earlier.body());
        }
        return answer.build();
    }
}
