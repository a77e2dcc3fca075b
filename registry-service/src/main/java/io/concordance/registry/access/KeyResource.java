package io.concordance.registry.access;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** API keys of monitors. A key is shown when it is made and never again. */
@Path("/v1/keys")
@Blocking
@RolesAllowed(Roles.RELEASER)
class KeyResource {
    private static final int MAX_LIMIT = 500;
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}][\\p{Alnum}.@_-]{0,99}");

    private final PostgresApiKeys keys;
    private final Caller caller;

    KeyResource(PostgresApiKeys keys, Caller caller) {
        this.keys = keys;
        this.caller = caller;
    }

    /**
     * What to make a key for.
     *
     * @param name of the monitor; with a slash and more behind it for several under one key
     * @param by who asks, where no credential says so
     */
    record Order(@Nullable String name, @Nullable String by) {}

    @POST
    public Response make(@Nullable Order order) {
        if (order == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        String name = order.name();
        if (name == null || !NAME.matcher(name).matches()) {
            throw new FieldProblem("name", name, "1 to 100 letters, digits and . @ _ -");
        }
        ApiKey.Made made = keys.make(name, by(order.by()));
        return Response.created(URI.create("/v1/keys/" + made.key().prefix()))
                .entity(made)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @GET
    @RolesAllowed({Roles.RELEASER, Roles.AUDITOR})
    public Page<ApiKey> list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_LIMIT);
        }
        List<ApiKey> items = keys.page(cursor, limit);
        return new Page<>(items, items.size() < limit ? null : items.getLast().prefix());
    }

    /** Takes a key back at once. */
    @DELETE
    @Path("/{prefix}")
    public ApiKey revoke(@PathParam("prefix") String prefix, @QueryParam("by") @Nullable String by) {
        return keys.revoke(prefix, by(by)).orElseThrow(() -> ProblemException.notFound("key", prefix));
    }

    private String by(@Nullable String given) {
        String by = caller.named("by", given);
        return by.isBlank() ? caller.name() : by;
    }
}
