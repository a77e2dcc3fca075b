package io.concordance.registry.release;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Releases over REST. */
@Path("/v1/releases")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ReleaseResource {
    private static final int MAX_LIMIT = 200;

    private static final String FOREVER = "public, max-age=31536000, immutable";

    private final ReleaseService releases;
    private final ReleaseReports reports;
    private final Caller caller;

    ReleaseResource(ReleaseService releases, ReleaseReports reports, Caller caller) {
        this.releases = releases;
        this.reports = reports;
        this.caller = caller;
    }

    /**
     * What to publish.
     *
     * @param by who publishes, where no credential says so; the registry when absent
     */
    record Order(
            String channel,
            List<String> features,
            @Nullable List<RuleOrder> rules,
            @Nullable String by) {}

    @POST
    @Idempotent
    @RolesAllowed(Roles.RELEASER)
    public Response publish(@Nullable Order order) {
        if (order == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        String by = caller.named("by", order.by());
        Release release = releases.publish(new PublishRequest(
                order.channel(), order.features(), order.rules(), null, by.isBlank() ? "registry" : by));
        return Response.created(URI.create("/v1/releases/" + release.version()))
                .entity(release)
                .build();
    }

    @GET
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
    public Page<Release> list(
            @QueryParam("cursor") @Nullable Long cursor, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_LIMIT);
        }
        List<Release> items = releases.latest(cursor == null ? Long.MAX_VALUE : cursor, limit);
        return new Page<>(
                items,
                items.size() < limit ? null : Long.toString(items.getLast().version()));
    }

    /** What a release says, by its version or its digest. */
    @GET
    @Path("/{release}")
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
    public Response get(@PathParam("release") String release) {
        return Response.ok(reports.detail(release))
                .header(HttpHeaders.CACHE_CONTROL, FOREVER)
                .build();
    }

    /** What one release says otherwise than another; each is a version or a digest. */
    @GET
    @Path("/{from}/diff/{to}")
    public Response diff(@PathParam("from") String from, @PathParam("to") String to) {
        return Response.ok(reports.diff(from, to))
                .header(HttpHeaders.CACHE_CONTROL, FOREVER)
                .build();
    }

    /** Everything that a release rests on. */
    @GET
    @Path("/{release}/evidence.zip")
    @Produces("application/zip")
    public Response evidence(@PathParam("release") String release) {
        return Response.ok(reports.evidence(release))
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"evidence.zip\"")
                .header(HttpHeaders.CACHE_CONTROL, FOREVER)
                .build();
    }
}
