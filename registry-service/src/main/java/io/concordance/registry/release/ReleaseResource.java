package io.concordance.registry.release;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Releases over REST. */
@Path("/v1/releases")
@Blocking
class ReleaseResource {
    private static final int MAX_LIMIT = 200;

    private final ReleaseService releases;

    ReleaseResource(ReleaseService releases) {
        this.releases = releases;
    }

    /** What to publish. */
    record Order(
            String channel, List<String> features, @Nullable List<RuleOrder> rules) {}

    /** A release with its manifest. */
    record Detail(Release release, ReleaseManifest manifest) {}

    @POST
    @Idempotent
    public Response publish(@Nullable Order order) {
        if (order == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        Release release = releases.publish(new PublishRequest(order.channel(), order.features(), order.rules(), null));
        return Response.created(URI.create("/v1/releases/" + release.version()))
                .entity(release)
                .build();
    }

    @GET
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

    @GET
    @Path("/{version}")
    public Detail get(@PathParam("version") long version) {
        Release release =
                releases.find(version).orElseThrow(() -> ProblemException.notFound("release of version", version));
        return new Detail(release, releases.manifest(version).orElseThrow());
    }
}
