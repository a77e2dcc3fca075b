package io.concordance.registry.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.store.ObjectStoreException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * Files of bundles, named by digest and never changing. Those that are kept in memory are answered where they are asked
 * for, on the event loop.
 */
@Path("/v1/bundles")
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
class BundleResource {
    private static final String FOREVER = "public, max-age=31536000, immutable";

    private final BundleFiles files;

    BundleResource(BundleFiles files) {
        this.files = files;
    }

    @GET
    @Path("/{digest}/{file}")
    public Uni<Response> file(
            @PathParam("digest") String digest, @PathParam("file") String file, @Context Request request) {
        if (!Digests.isDigest(digest)) {
            throw new FieldProblem("digest", digest, "sha256: and 64 hex digits");
        }
        String type = switch (file) {
            case ReleaseBundle.MANIFEST -> MediaType.APPLICATION_JSON;
            case ReleaseBundle.TENSORS -> MediaType.APPLICATION_OCTET_STREAM;
            default -> throw ProblemException.notFound("bundle file", file);
        };
        EntityTag tag = new EntityTag(Digests.hex(digest) + "-" + file);
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return Uni.createFrom().item(answer(unchanged, tag));
        }
        Optional<byte[]> kept = files.kept(digest, file);
        return kept.isPresent()
                ? Uni.createFrom().item(answer(Response.ok(kept.get(), type), tag))
                : Uni.createFrom()
                        .item(() -> answer(Response.ok(read(digest, file), type), tag))
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    private static Response answer(Response.ResponseBuilder answer, EntityTag tag) {
        return answer.tag(tag).header(HttpHeaders.CACHE_CONTROL, FOREVER).build();
    }

    private byte[] read(String digest, String file) {
        try {
            return files.read(digest, file);
        } catch (ObjectStoreException.Missing e) {
            throw ProblemException.notFound("bundle", digest);
        }
    }
}
