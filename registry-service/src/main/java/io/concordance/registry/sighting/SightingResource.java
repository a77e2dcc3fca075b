package io.concordance.registry.sighting;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.registry.release.Release;
import io.concordance.registry.release.ReleaseService;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
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
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class SightingResource {
    private static final int MAX_LIMIT = 500;
    private static final int MAX_NAME = 200;

    private final SightingRepository sightings;
    private final SightingService service;
    private final ReleaseService releases;
    private final Caller caller;

    SightingResource(SightingRepository sightings, SightingService service, ReleaseService releases, Caller caller) {
        this.sightings = sightings;
        this.service = service;
        this.releases = releases;
        this.caller = caller;
    }

    @POST
    @Idempotent
    @RolesAllowed(Roles.MONITOR)
    public Response report(@Nullable SightingReported report) {
        if (report == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        caller.monitor("monitor", report.monitor());
        return Response.status(Response.Status.CREATED)
                .entity(service.take(report, check(report)))
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

    /** The manifest of the release that the report is about. */
    private ReleaseManifest check(SightingReported report) {
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
        check("firesByRule", report.firesByRule(), rules, "rules, " + rules, report.fires());
        if (report.firesByFeature() != null) {
            List<String> uids =
                    manifest.features().stream().map(ReleasedFeature::uid).toList();
            check("firesByFeature", report.firesByFeature(), uids, "features", report.fires());
        }
        require(
                report.setting() == null || report.setting().equals(SightingReported.EVALUATION),
                "setting",
                report.setting(),
                SightingReported.EVALUATION + ", or none for deployment");
        return manifest;
    }

    private static void check(String name, Map<String, Long> counts, List<String> known, String said, long fires) {
        for (Map.Entry<String, Long> entry : counts.entrySet()) {
            String field = name + "." + entry.getKey();
            require(known.contains(entry.getKey()), field, entry.getKey(), "one of the release's " + said);
            Long count = entry.getValue();
            require(count != null && count >= 0 && count <= fires, field, count, "0 to the number of fires, " + fires);
        }
    }

    private static void require(boolean holds, String field, @Nullable Object given, String allowed) {
        if (!holds) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}
