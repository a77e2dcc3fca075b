package io.concordance.registry.incident;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.problem.ProblemTypes;
import io.concordance.registry.incident.Incident.State;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.peer.PeerUnavailable;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Where monitors leave what they kept of a session on which they fired. */
@Path("/v1/incidents")
@Blocking
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class IncidentResource {
    private static final int MAX_LIMIT = 200;
    private static final int CHUNK = 1 << 16;
    private static final String FOREVER = "private, max-age=31536000, immutable";

    private final IncidentService incidents;
    private final long limit;
    private final Caller caller;

    IncidentResource(
            IncidentService incidents,
            @ConfigProperty(name = "concordance.incident.bytes", defaultValue = "67108864") long limit,
            Caller caller) {
        this.incidents = incidents;
        this.limit = limit;
        this.caller = caller;
    }

    /** Takes a snapshot file; the same one again is the same incident. */
    @POST
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @RolesAllowed(Roles.MONITOR)
    public Response report(@Nullable InputStream body) {
        if (body == null) {
            throw new FieldProblem("", null, "a snapshot, a safetensors file");
        }
        try {
            java.nio.file.Path file = Files.createTempFile("concordance-incident-", ".safetensors");
            try {
                return take(spooled(body, file));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Apart from {@link #report}, so that requests are compared by the digest of what they bring. */
    @Idempotent
    @RolesAllowed(Roles.MONITOR)
    Response take(Upload upload) {
        IncidentService.Taken taken = incidents.take(upload);
        URI location = URI.create("/v1/incidents/" + taken.incident().id());
        return (taken.added() ? Response.created(location) : Response.ok().location(location))
                .entity(taken.incident())
                .build();
    }

    private Upload spooled(InputStream body, java.nio.file.Path file) throws IOException {
        MessageDigest digest = Digests.newDigest();
        byte[] chunk = new byte[CHUNK];
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
                bytes += n;
                if (bytes > limit) {
                    throw new ProblemException(
                            413,
                            ProblemTypes.TOO_LARGE,
                            "Too large",
                            "A snapshot has at most " + limit + " bytes (concordance.incident.bytes).");
                }
                digest.update(chunk, 0, n);
                out.write(chunk, 0, n);
            }
        }
        return new Upload(file, Digests.format(digest.digest()), bytes);
    }

    @GET
    public Page<Incident> list(
            @QueryParam("state") @Nullable String state,
            @QueryParam("release") @Nullable String release,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue("50") int asked) {
        if (asked < 1 || asked > MAX_LIMIT) {
            throw new FieldProblem("limit", asked, "1 to " + MAX_LIMIT);
        }
        List<Incident> items = incidents.list(state(state), release, cursor, asked);
        return new Page<>(items, items.size() < asked ? null : items.getLast().id());
    }

    private static @Nullable State state(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            return null;
        }
        return Arrays.stream(State.values())
                .filter(state -> state.wire().equals(given))
                .findFirst()
                .orElseThrow(() -> new FieldProblem(
                        "state",
                        given,
                        Arrays.stream(State.values()).map(State::wire).collect(Collectors.joining(", "))));
    }

    @GET
    @Path("/{id}")
    public Incident get(@PathParam("id") String id) {
        return incidents.find(id);
    }

    @GET
    @Path("/{id}/snapshot")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response snapshot(@PathParam("id") String id) {
        return Response.ok(incidents.snapshot(id))
                .header(HttpHeaders.CACHE_CONTROL, FOREVER)
                .build();
    }

    /** Begins a replay again that came to nothing. */
    @POST
    @Path("/{id}/replay")
    @RolesAllowed({Roles.REVIEWER, Roles.RELEASER})
    public Response replay(@PathParam("id") String id) {
        return Response.accepted(incidents.replayAgain(id)).build();
    }

    /** Makes transcripts of it that a study can learn from. */
    @POST
    @Path("/{id}/arm")
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.REVIEWER)
    public Response arm(@PathParam("id") String id, @Nullable ArmOrder order) {
        try {
            ArmOrder own = order == null ? null : order.by(caller.named("by", order.by()));
            Arm arm = incidents.arm(id, own);
            return Response.created(URI.create("/v1/incidents/" + id + "/arms/" + arm.transcripts()))
                    .entity(arm)
                    .build();
        } catch (PeerRefusal e) {
            throw ProblemException.unprocessable(String.valueOf(e.getMessage()));
        } catch (PeerUnavailable e) {
            throw new ProblemException(
                    503, "urn:concordance:problem:peer-unavailable", "Peer unavailable", e.getMessage() + ".");
        }
    }

    /** The transcript file of an arm, as a study file names one. */
    @GET
    @Path("/{id}/arms/{digest}")
    @Produces("application/x-ndjson")
    public byte[] armFile(@PathParam("id") String id, @PathParam("digest") String digest) {
        if (!Digests.isDigest(digest)) {
            throw new FieldProblem("digest", digest, "sha256: and 64 hex digits");
        }
        return incidents.armFile(id, digest).orElseThrow(() -> ProblemException.notFound("arm of transcripts", digest));
    }
}
