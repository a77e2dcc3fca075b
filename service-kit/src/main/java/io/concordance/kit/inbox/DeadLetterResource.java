package io.concordance.kit.inbox;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.inbox.DeadLetter.State;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Records that this service put aside: to look at, to publish again, to be done with. */
@Path("/v1/dead-letters")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class DeadLetterResource {
    private static final Logger LOG = Logger.getLogger(DeadLetterResource.class);
    private static final int MAX_LIMIT = 500;
    private static final int MAX_REASON = 2000;
    private static final int MAX_BY = 200;

    private final PostgresDeadLetters letters;
    private final Caller caller;

    DeadLetterResource(PostgresDeadLetters letters, Caller caller) {
        this.letters = letters;
        this.caller = caller;
    }

    /**
     * What is said when a letter is dealt with.
     *
     * @param reason why it is discarded
     * @param by who does it, where no credential says so
     */
    record Ending(@Nullable String reason, @Nullable String by) {}

    @GET
    public Page<DeadLetter> list(
            @QueryParam("state") @Nullable String state,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_LIMIT);
        }
        RecordPlace before = cursor == null
                ? null
                : RecordPlace.parse(cursor)
                        .orElseThrow(() -> new FieldProblem("cursor", cursor, "next of the page before"));
        List<DeadLetter> items = letters.page(state == null ? null : state(state), before, limit);
        return new Page<>(items, items.size() < limit ? null : items.getLast().id());
    }

    @GET
    @Path("/{id}")
    public PostgresDeadLetters.Opened show(@PathParam("id") String id) {
        return existing(id, letters::open);
    }

    @POST
    @Path("/{id}/replay")
    @RolesAllowed(Roles.SUBMITTER)
    public DeadLetter replay(@PathParam("id") String id, @Nullable Ending ending) {
        String by = by(ending);
        DeadLetter letter = existing(id, place -> letters.replay(place, by));
        LOG.infof("Dead letter %s was replayed by %s", letter.id(), letter.endedBy());
        return letter;
    }

    @POST
    @Path("/{id}/discard")
    @RolesAllowed(Roles.SUBMITTER)
    public DeadLetter discard(@PathParam("id") String id, @Nullable Ending ending) {
        String by = by(ending);
        String reason = ending == null || ending.reason() == null ? "" : ending.reason();
        if (reason.isBlank() || reason.length() > MAX_REASON || reason.indexOf('\0') >= 0) {
            throw new FieldProblem("reason", reason, "1 to " + MAX_REASON + " characters");
        }
        DeadLetter letter = existing(id, place -> letters.discard(place, by, reason));
        LOG.infof("Dead letter %s was discarded by %s: %s", letter.id(), letter.endedBy(), letter.endedWhy());
        return letter;
    }

    private String by(@Nullable Ending ending) {
        String by = caller.named("by", ending == null ? null : ending.by());
        if (by.length() > MAX_BY || by.indexOf('\0') >= 0) {
            throw new FieldProblem("by", by, "at most " + MAX_BY + " characters");
        }
        return by.isBlank() ? caller.name() : by;
    }

    private static <T> T existing(String id, Function<RecordPlace, Optional<T>> find) {
        return RecordPlace.parse(id).flatMap(find).orElseThrow(() -> ProblemException.notFound("dead letter", id));
    }

    private static State state(String given) {
        return Arrays.stream(State.values())
                .filter(state -> state.text().equals(given))
                .findFirst()
                .orElseThrow(() -> new FieldProblem("state", given, "waiting, replayed or discarded"));
    }
}
