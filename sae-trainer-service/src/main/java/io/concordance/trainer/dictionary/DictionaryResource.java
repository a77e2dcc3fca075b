package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.sse.Progress;
import io.concordance.trainer.dictionary.DictionaryRun.MetricPoint;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /v1/dictionaries}. */
@Path("/v1/dictionaries")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class DictionaryResource {
    private static final int MAX_PAGE = 200;

    private final DictionaryRequests requests;
    private final PostgresDictionaryRepository runs;
    private final PostgresQuarantine quarantine;
    private final DictionaryExports exports;

    DictionaryResource(
            DictionaryRequests requests,
            PostgresDictionaryRepository runs,
            PostgresQuarantine quarantine,
            DictionaryExports exports) {
        this.quarantine = quarantine;
        this.requests = requests;
        this.runs = runs;
        this.exports = exports;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response submit(@Nullable DictionaryRequest request) {
        if (request == null) {
            throw new FieldProblem("", null, "a dictionary run");
        }
        DictionaryRun run = runs.add(UUID.randomUUID(), requests.check(request));
        return Response.accepted(run)
                .location(URI.create("/v1/dictionaries/" + run.id()))
                .build();
    }

    @GET
    public Page<DictionaryRun> list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_PAGE);
        }
        return runs.list(cursor == null ? null : cursor(cursor), limit);
    }

    @GET
    @Path("/{id}")
    public DictionaryRun get(@PathParam("id") String id) {
        return existing(id);
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Roles.SUBMITTER)
    public DictionaryRun cancel(@PathParam("id") String id) {
        runs.cancel(existing(id).id());
        DictionaryRun run = existing(id);
        if (run.state() != DictionaryRun.State.CANCELLED) {
            throw ProblemException.conflict(
                    "Dictionary run " + id + " has already " + run.state().text() + ".");
        }
        return run;
    }

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse) {
        existing(id);
        return Progress.stream(sse, () -> existing(id), run -> run.state().isFinal());
    }

    @GET
    @Path("/{id}/metrics")
    public Page<MetricPoint> metrics(@PathParam("id") String id) {
        return new Page<>(runs.metrics(existing(id).id()), null);
    }

    @GET
    @Path("/{id}/quarantine")
    public Page<QuarantinedShard> quarantine(@PathParam("id") String id) {
        return new Page<>(quarantine.list(existing(id).id()), null);
    }

    @GET
    @Path("/{id}/export/cfg.json")
    public Response config(@PathParam("id") String id) {
        Origin export = export(id);
        return file(export.objectPrefix(), DictionaryFiles.CONFIG, export.configSha256(), MediaType.APPLICATION_JSON);
    }

    @GET
    @Path("/{id}/export/sae_weights.safetensors")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response weights(@PathParam("id") String id) {
        Origin export = export(id);
        return file(
                export.objectPrefix(),
                DictionaryFiles.WEIGHTS,
                export.weightsSha256(),
                MediaType.APPLICATION_OCTET_STREAM);
    }

    private Origin export(String id) {
        DictionaryRun run = existing(id);
        return runs.export(run.id())
                .orElseThrow(() -> ProblemException.conflict(
                        "Dictionary run " + id + " is " + run.state().text() + " and has published no dictionary."));
    }

    private Response file(String prefix, String name, String sha256, String type) {
        return Response.ok(exports.read(prefix, name, sha256).toFile(), type)
                .header("ETag", '"' + sha256 + '"')
                .header("Cache-Control", "public, max-age=31536000, immutable")
                .build();
    }

    private DictionaryRun existing(String id) {
        return runs.find(uuid(id)).orElseThrow(() -> ProblemException.notFound("dictionary run", id));
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ProblemException.notFound("dictionary run", id);
        }
    }

    private static UUID cursor(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("cursor", text, "the 'next' of an earlier page");
        }
    }
}
