package io.concordance.registry.page;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.page.HtmlResource.FormSender;
import io.concordance.registry.page.PublishPage.Sent;
import io.concordance.registry.release.PublishRequest;
import io.concordance.registry.release.Release;
import io.concordance.registry.release.ReleaseService;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Releases published from a page, through the same door as over REST. */
@Path("/releases/new")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed(Roles.RELEASER)
class PublishPageResource {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;

    private final Template publish;
    private final ReleasePages pages;
    private final ReleaseService releases;
    private final Caller caller;

    PublishPageResource(Template publish, ReleasePages pages, ReleaseService releases, Caller caller) {
        this.publish = publish;
        this.pages = pages;
        this.releases = releases;
        this.caller = caller;
    }

    @GET
    public Response form() {
        return page(null, null, OK);
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response send(
            @BeanParam FormSender sender,
            @FormParam("channel") @DefaultValue("") String channel,
            @FormParam("feature") @Nullable List<String> features,
            @FormParam("by") @DefaultValue("") String by,
            @FormParam("request") @DefaultValue("") String request) {
        sender.requireOwn();
        Sent sent = new Sent(channel.strip(), features == null ? List.of() : features, by, request);
        try {
            String who = caller.named("by", by);
            Release release = releases.publish(new PublishRequest(
                    sent.channel(),
                    sent.features(),
                    null,
                    request.isBlank() ? null : "page/" + request,
                    who.isBlank() ? "registry" : who));
            pages.forget();
            return Response.seeOther(URI.create("/releases/" + release.version()))
                    .build();
        } catch (FieldProblem e) {
            return page(sent, e.getMessage(), BAD_REQUEST);
        } catch (ProblemException e) {
            return page(sent, e.getMessage(), e.status());
        }
    }

    private Response page(@Nullable Sent sent, @Nullable String problem, int status) {
        return HtmlResource.page(publish.data("page", pages.form(sent, problem)), status);
    }
}
