package io.concordance.registry.release;

import io.concordance.contracts.json.Json;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Public keys and roles. A monitor compares the digest of what it gets here with one it got by another way. */
@Path("/v1/trust")
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
class TrustResource {
    private final TrustDocuments documents;

    TrustResource(TrustDocuments documents) {
        this.documents = documents;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public byte[] trust() {
        return Json.canonical(documents.newest());
    }

    /** Signed by the root role of the version before and its own: what monitors follow from the one that they pinned. */
    @GET
    @Path("/{version}")
    @Produces(MediaType.APPLICATION_JSON)
    public byte[] signed(@PathParam("version") long version) {
        return documents
                .envelope(version)
                .orElseThrow(() -> ProblemException.notFound("trust document of version", version));
    }
}
