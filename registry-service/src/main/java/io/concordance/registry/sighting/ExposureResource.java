package io.concordance.registry.sighting;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What deployment has shown of released features. */
@Path("/v1/exposures")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ExposureResource {
    private static final int MAX_LIMIT = 500;

    private final SightingService sightings;

    ExposureResource(SightingService sightings) {
        this.sightings = sightings;
    }

    @GET
    public Page<Exposure> list(
            @QueryParam("feature") @Nullable String feature,
            @QueryParam("model") @Nullable String model,
            @QueryParam("cursor") @Nullable Long cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_LIMIT);
        }
        List<Exposure> items = sightings.exposures(feature, model, cursor == null ? 0 : cursor, limit);
        return new Page<>(
                items,
                items.size() < limit ? null : Long.toString(items.getLast().id()));
    }
}
