package io.concordance.interp.judge;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.CorrectedRate;
import io.concordance.interp.chat.Budget;
import io.concordance.interp.chat.ChatWork;
import io.concordance.interp.chat.PostgresChatWork;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

@Path("/v1/judgings")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class JudgingResource {
    private static final int LARGEST_PAGE = 200;
    private static final Pattern LABELLER = Pattern.compile("[\\p{Alnum}][\\p{Alnum}.@_-]{0,99}");

    private final JudgingRequests requests;
    private final PostgresJudgings judgings;
    private final PostgresLabels labels;
    private final PostgresChatWork work;
    private final Caller caller;

    JudgingResource(
            JudgingRequests requests,
            PostgresJudgings judgings,
            PostgresLabels labels,
            PostgresChatWork work,
            Caller caller) {
        this.requests = requests;
        this.judgings = judgings;
        this.labels = labels;
        this.work = work;
        this.caller = caller;
    }

    /** @param item as the queue names it */
    record GivenLabel(
            @Nullable String item,
            @Nullable String labeller,
            @Nullable HumanLabel label) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response request(@Nullable JudgingRequest request) {
        JudgingRequests.Checked checked = requests.check(request);
        judgings.add(checked);
        return Response.accepted(find(checked.id().toString()))
                .location(URI.create("/v1/judgings/" + checked.id()))
                .build();
    }

    /** Newest first. */
    @GET
    public Page<Judging> list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + LARGEST_PAGE);
        }
        UUID after = cursor == null ? null : find(cursor).id();
        List<UUID> found = judgings.list(after, limit + 1);
        List<Judging> shown =
                found.stream().limit(limit).map(id -> find(id.toString())).toList();
        return new Page<>(
                shown, found.size() <= limit ? null : found.get(limit - 1).toString());
    }

    @GET
    @Path("/{id}")
    public Judging get(@PathParam("id") String id) {
        return find(id);
    }

    /** The next item for one person, without arm, outcome or verdicts; 204 when there is none left. */
    @GET
    @Path("/{id}/queue")
    @RolesAllowed(Roles.REVIEWER)
    public Response next(@PathParam("id") String id, @QueryParam("labeller") @Nullable String labeller) {
        Judging judging = open(id);
        return labels.next(judging.id(), labeller(caller.named("labeller", labeller)))
                .map(item -> Response.ok(item).build())
                .orElseGet(() -> Response.noContent().build());
    }

    @POST
    @Path("/{id}/labels")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.REVIEWER)
    public Response label(@PathParam("id") String id, @Nullable GivenLabel given) {
        Judging judging = open(id);
        if (given == null || given.item() == null) {
            throw new FieldProblem("item", null, "an item from the queue");
        }
        if (given.label() == null) {
            throw new FieldProblem("label", null, "yes, no or unsure");
        }
        return switch (labels.label(
                judging.id(), given.item(), labeller(caller.named("labeller", given.labeller())), given.label())) {
            case STORED ->
                Response.status(Response.Status.CREATED).entity(given).build();
            case REPEATED -> Response.ok(given).build();
            case CHANGED -> throw ProblemException.conflict("This person has labelled this item otherwise before.");
            case UNKNOWN -> throw new FieldProblem("item", given.item(), "an item from the queue");
        };
    }

    /** Arm by arm: verdicts, labels, agreement, and rates as corrected. */
    @GET
    @Path("/{id}/rates")
    public Page<Rates> rates(@PathParam("id") String id) {
        return new Page<>(rates(open(id)), null);
    }

    private List<Rates> rates(Judging judging) {
        List<String> judges =
                judging.judges().stream().map(Judging.JudgeState::name).toList();
        List<Rates> rates = new ArrayList<>();
        labels.items(judging.id(), judges.size())
                .forEach((arm, items) -> rates.add(new ArmRates(items).of(arm, judges)));
        return rates;
    }

    /** What may be cited. */
    @GET
    @Path("/{id}/evidence")
    public Page<RateEvidence> evidence(@PathParam("id") String id) {
        Judging judging = open(id);
        List<RateEvidence> evidence = new ArrayList<>();
        for (Rates arm : rates(judging)) {
            for (Rates.OfJudge judge : arm.judges()) {
                for (CorrectedRate rate : judge.rates()) {
                    evidence.add(new RateEvidence(judging.id(), judging.question(), arm.arm(), judge.judge(), rate));
                }
            }
        }
        return new Page<>(evidence, null);
    }

    /** Another budget for a judge that was stopped for want of it. */
    @PUT
    @Path("/{id}/judges/{name}/budget")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.SUBMITTER)
    public Judging goOn(@PathParam("id") String id, @PathParam("name") String name, @Nullable Budget budget) {
        if (budget == null) {
            throw new FieldProblem("", null, "a budget");
        }
        if (!work.goOn(asked(id, name).id(), budget)) {
            throw ProblemException.conflict("This judge has ended.");
        }
        return find(id);
    }

    /** Asks a judge no further; what it has not judged counts as unreadable. */
    @DELETE
    @Path("/{id}/judges/{name}")
    @RolesAllowed(Roles.SUBMITTER)
    public Judging cancel(@PathParam("id") String id, @PathParam("name") String name) {
        if (!work.cancel(asked(id, name).id())) {
            throw ProblemException.conflict("This judge has ended.");
        }
        return find(id);
    }

    private ChatWork asked(String id, String name) {
        return find(id).judges().stream()
                .filter(judge -> judge.name().equals(name))
                .map(Judging.JudgeState::work)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("language model among the judges", name));
    }

    private static String labeller(@Nullable String name) {
        if (name == null || !LABELLER.matcher(name).matches()) {
            throw new FieldProblem("labeller", name, "1 to 100 letters, digits and . @ _ -");
        }
        return name;
    }

    private Judging open(String id) {
        Judging judging = find(id);
        if (!judging.state().equals("labelling")) {
            throw ProblemException.conflict(
                    "People label when all judges have ended, because where judges differ decides what is labelled first.");
        }
        return judging;
    }

    private Judging find(String id) {
        try {
            return judgings.find(UUID.fromString(id)).orElseThrow(() -> ProblemException.notFound("judging", id));
        } catch (IllegalArgumentException e) {
            throw ProblemException.notFound("judging", id);
        }
    }
}
