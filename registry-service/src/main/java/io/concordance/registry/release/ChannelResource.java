package io.concordance.registry.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

/** Where channels are at: signed, short-lived, cheap to ask for again. */
@Path("/v1/channels")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
class ChannelResource {
    private static final int MAX_AGE_SECONDS = 30;

    private final Channels channels;

    ChannelResource(Channels channels) {
        this.channels = channels;
    }

    @GET
    @Path("/{name}")
    @Produces(MediaType.APPLICATION_JSON)
    public Response pointer(@PathParam("name") String name, @Context Request request) {
        Channel channel = channels.find(name).orElseThrow(() -> ProblemException.notFound("channel", name));
        EntityTag tag = new EntityTag(Digests.hex(Digests.sha256(channel.pointer())));
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer = unchanged == null ? Response.ok(channel.pointer()) : unchanged;
        CacheControl caching = new CacheControl();
        caching.setMaxAge(MAX_AGE_SECONDS);
        return answer.tag(tag).cacheControl(caching).build();
    }
}
