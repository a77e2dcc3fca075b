package io.concordance.registry.sighting;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.Rule;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.registry.release.Release;
import io.concordance.registry.release.ReleaseService;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where monitors report. */
@Path("/v1/sightings")
@Blocking
class SightingResource {
    private static final int MAX_LIMIT = 500;
    private static final int MAX_NAME = 200;

    private final SightingRepository sightings;
    private final ReleaseService releases;

    SightingResource(SightingRepository sightings, ReleaseService releases) {
        this.sightings = sightings;
        this.releases = releases;
    }

    @POST
    @Idempotent
    public Response report(@Nullable SightingReported report) {
        if (report == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        check(report);
        return Response.status(Response.Status.CREATED)
                .entity(sightings.add(report))
                .build();
    }

    @GET
    public Page<Sighting> list(
            @QueryParam("release") @Nullable String release,
            @QueryParam("cursor") @Nullable Long cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_LIMIT);
        }
        List<Sighting> items = sightings.latest(release, cursor == null ? Long.MAX_VALUE : cursor, limit);
        return new Page<>(
                items,
                items.size() < limit ? null : Long.toString(items.getLast().id()));
    }

    private void check(SightingReported report) {
        require(
                report.monitor() != null
                        && !report.monitor().isBlank()
                        && report.monitor().length() <= MAX_NAME,
                "monitor",
                report.monitor(),
                "1 to " + MAX_NAME + " characters");
        require(
                report.release() != null && Digests.isDigest(report.release()),
                "release",
                report.release(),
                "the digest of a release");
        require(report.sessions() >= 1, "sessions", report.sessions(), "at least 1");
        require(
                report.fires() >= 0 && report.fires() <= report.sessions(),
                "fires",
                report.fires(),
                "0 to the number of sessions, " + report.sessions());
        require(report.firesByRule() != null, "firesByRule", null, "fires by rule id");
        Release release = releases.findByDigest(report.release())
                .orElseThrow(() -> new FieldProblem("release", report.release(), "the digest of a published release"));
        ReleaseManifest manifest = releases.manifest(release.version()).orElseThrow();
        List<String> rules = manifest.rules().stream().map(Rule::id).toList();
        for (Map.Entry<String, Long> entry : report.firesByRule().entrySet()) {
            String field = "firesByRule." + entry.getKey();
            require(rules.contains(entry.getKey()), field, entry.getKey(), "one of the release's rules, " + rules);
            Long count = entry.getValue();
            require(
                    count != null && count >= 0 && count <= report.fires(),
                    field,
                    count,
                    "0 to the number of fires, " + report.fires());
        }
    }

    private static void require(boolean holds, String field, @Nullable Object given, String allowed) {
        if (!holds) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}
