package io.concordance.kit.app;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.sse.Progress;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

@Path("/v1/notes")
@RolesAllowed(Roles.SUBMITTER)
class NoteResource {
    enum Kind {
        SHORT,
        LONG
    }

    record Line(String text, int weight) {
        Line {
            if (weight < 0) {
                throw new FieldProblem("weight", weight, "0 or more");
            }
        }
    }

    record Note(String text, @Nullable Kind kind, @Nullable List<Line> lines) {}

    record Stored(UUID id, String text) {}

    record Count(int value) {}

    private final PostgresNotes notes;
    static volatile CountDownLatch entered = new CountDownLatch(1);
    static volatile CountDownLatch mayEnd = new CountDownLatch(0);

    NoteResource(PostgresNotes notes) {
        this.notes = notes;
    }

    @POST
    @Idempotent
    public Response add(Note note) throws InterruptedException {
        entered.countDown();
        mayEnd.await();
        UUID id = notes.add(note.text());
        if (note.text().equals("fail")) {
            throw new IllegalStateException("secret of the implementation");
        }
        return Response.accepted(new Stored(id, note.text()))
                .location(URI.create("/v1/notes/" + id))
                .build();
    }

    @GET
    @Path("/{id}")
    public Stored get(@PathParam("id") UUID id) {
        return notes.find(id).orElseThrow(() -> ProblemException.notFound("note", id));
    }

    @GET
    @Path("/conflict")
    public Stored conflict() {
        throw ProblemException.conflict("Two notes want one place.");
    }

    @GET
    @Path("/countdown")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<OutboundSseEvent> countdown(@Context Sse sse) {
        AtomicInteger reads = new AtomicInteger(6);
        return Progress.stream(sse, () -> new Count(reads.decrementAndGet() / 2), count -> count.value() == 0);
    }

    @POST
    @Path("/blocking")
    @Blocking
    public Note echo(Note note) {
        return note;
    }
}
