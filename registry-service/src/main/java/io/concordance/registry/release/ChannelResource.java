package io.concordance.registry.release;

import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * Where channels are at: signed, short-lived, cheap to ask for again. What was found out a moment ago is answered where it
 * is asked for, on the event loop.
 */
@Path("/v1/channels")
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
class ChannelResource {
    private static final String CACHING = "no-transform, max-age=30";

    private final Channels channels;

    ChannelResource(Channels channels) {
        this.channels = channels;
    }

    @GET
    @Path("/{name}")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> pointer(@PathParam("name") String name, @Context Request request) {
        Optional<Channel> lately = channels.lately(name);
        return lately.isPresent()
                ? Uni.createFrom().item(answer(lately.get(), request))
                : Uni.createFrom()
                        .item(() -> channels.find(name).orElseThrow(() -> ProblemException.notFound("channel", name)))
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                        .map(channel -> answer(channel, request));
    }

    private static Response answer(Channel channel, Request request) {
        EntityTag tag = new EntityTag(channel.tag());
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer = unchanged == null ? Response.ok(channel.pointer()) : unchanged;
        return answer.tag(tag).header(HttpHeaders.CACHE_CONTROL, CACHING).build();
    }
}
