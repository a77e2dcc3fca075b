package io.concordance.registry.page;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.concern.Proposal;
import io.concordance.registry.concern.Review;
import io.concordance.registry.concern.Verdict;
import io.concordance.registry.page.DeskPage.Asked;
import io.concordance.registry.page.HtmlResource.FormSender;
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
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The desk for concerns: candidates with their evidence, proposals and reviews. What is sent here goes through the same
 * door as over REST, and comes from a page of this service or is refused.
 */
@Path("/desk")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class DeskResource {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;

    private final Template desk;
    private final DeskPages pages;
    private final ConcernService concerns;
    private final Caller caller;

    DeskResource(Template desk, DeskPages pages, ConcernService concerns, Caller caller) {
        this.desk = desk;
        this.pages = pages;
        this.concerns = concerns;
        this.caller = caller;
    }

    @GET
    public Response page(
            @QueryParam("uid") @Nullable String uid,
            @QueryParam("strategy") @DefaultValue("") String strategy,
            @QueryParam("from") @DefaultValue("0") int from,
            @QueryParam("by") @DefaultValue("") String by,
            @QueryParam("done") @DefaultValue("") String done) {
        return page(new Asked(uid, strategy, from, by, Done.said(done), null), OK);
    }

    @POST
    @Path("{uid}/proposal")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER})
    public Response propose(
            @BeanParam FormSender sender,
            @PathParam("uid") String uid,
            @FormParam("level") @DefaultValue("") String level,
            @FormParam("reason") @DefaultValue("") String reason,
            @FormParam("by") @DefaultValue("") String by,
            @FormParam("strategy") @DefaultValue("") String strategy) {
        sender.requireOwn();
        return act(uid, strategy, by, () -> {
            ConcernLevel wanted = Arrays.stream(ConcernLevel.values())
                    .filter(value -> value.wire().equals(level))
                    .findFirst()
                    .orElseThrow(() -> new FieldProblem("level", level, "high, medium or low"));
            concerns.propose(
                    uid, new Proposal(wanted, reason, caller.named("by", by), strategy.isBlank() ? null : strategy));
            return Done.PROPOSED;
        });
    }

    @POST
    @Path("{uid}/review")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @RolesAllowed(Roles.REVIEWER)
    public Response review(
            @BeanParam FormSender sender,
            @PathParam("uid") String uid,
            @FormParam("verdict") @DefaultValue("") String verdict,
            @FormParam("reason") @DefaultValue("") String reason,
            @FormParam("version") @DefaultValue("") String version,
            @FormParam("by") @DefaultValue("") String by) {
        sender.requireOwn();
        return act(uid, "", by, () -> {
            Verdict given = switch (verdict) {
                case "approve" -> Verdict.APPROVE;
                case "reject" -> Verdict.REJECT;
                default -> throw new FieldProblem("verdict", verdict, "approve or reject");
            };
            concerns.review(uid, new Review(caller.named("by", by), given, reason), version);
            return given == Verdict.APPROVE ? Done.APPROVED : Done.REJECTED;
        });
    }

    /** What can have been done; the desk says no other words that an address brings along. */
    enum Done {
        PROPOSED("The level is proposed and waits for a reviewer."),
        APPROVED("The approval is kept."),
        REJECTED("The proposal is rejected.");

        private final String sentence;

        Done(String sentence) {
            this.sentence = sentence;
        }

        static String said(String name) {
            return Arrays.stream(values())
                    .filter(value -> value.name().equalsIgnoreCase(name))
                    .map(value -> value.sentence)
                    .findFirst()
                    .orElse("");
        }
    }

    private Response act(String uid, String strategy, String by, Supplier<Done> deed) {
        try {
            Done done = deed.get();
            pages.forget();
            return Response.seeOther(URI.create("/desk?uid=" + Services.segment(uid) + "&by=" + Services.segment(by)
                            + "&strategy=" + Services.segment(strategy) + "&done=" + done.name()))
                    .build();
        } catch (FieldProblem e) {
            return page(new Asked(uid, strategy, 0, by, "", e.getMessage()), BAD_REQUEST);
        } catch (ProblemException e) {
            return page(new Asked(uid, strategy, 0, by, "", e.getMessage()), e.status());
        }
    }

    private Response page(Asked asked, int status) {
        return HtmlResource.scripted(desk.data("page", pages.page(asked)), status);
    }
}
