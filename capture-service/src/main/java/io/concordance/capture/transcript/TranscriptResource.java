package io.concordance.capture.transcript;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** {@code /v1/transcripts}. */
@Path("/v1/transcripts")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class TranscriptResource {
    private final TranscriptFiles files;

    TranscriptResource(TranscriptFiles files) {
        this.files = files;
    }

    @POST
    @Consumes("application/x-ndjson")
    @RolesAllowed(Roles.SUBMITTER)
    public Response upload(@Nullable InputStream body) {
        if (body == null) {
            throw new FieldProblem("transcripts", null, "at least one transcript, one JSON object a line");
        }
        TranscriptFiles.Upload upload = files.add(body);
        URI location = URI.create("/v1/transcripts/" + upload.file().digest());
        return (upload.created() ? Response.created(location) : Response.ok().location(location))
                .entity(upload.file())
                .build();
    }

    @POST
    @Path("/{digest}/subsets")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.SUBMITTER)
    public Subset.Made subset(@PathParam("digest") String digest, Subset.@Nullable Request request) {
        return files.subset(digest, Subset.of(request))
                .orElseThrow(() -> ProblemException.notFound("transcript file", digest));
    }

    @GET
    @Path("/{digest}")
    public TranscriptFile get(@PathParam("digest") String digest) {
        return files.find(digest).orElseThrow(() -> ProblemException.notFound("transcript file", digest));
    }
}
