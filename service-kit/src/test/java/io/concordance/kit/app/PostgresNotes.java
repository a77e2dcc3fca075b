package io.concordance.kit.app;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.SliceQueued;
import io.concordance.kit.app.NoteResource.Stored;
import io.concordance.kit.inbox.Inbox;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresNotes {
    static final String SOURCE = "/concordance/kit";

    private final Jdbi jdbi;
    private final Outbox outbox;
    private final Inbox inbox;

    PostgresNotes(Jdbi jdbi, Outbox outbox, Inbox inbox) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.inbox = inbox;
    }

    /** Stores a note and says so, in one transaction. */
    UUID add(String text) {
        UUID id = UUID.randomUUID();
        jdbi.useTransaction(handle -> {
            handle.execute("insert into note (id, text) values (?, ?)", id, text);
            outbox.add(handle, Event.of(SOURCE, text, new SliceQueued(id.toString(), 0)));
        });
        return id;
    }

    Optional<Stored> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select id, text from note where id = :id")
                .bind("id", id)
                .map((row, context) -> new Stored(row.getObject("id", UUID.class), row.getString("text")))
                .findOne());
    }

    int count(String text) {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from note where text = :text")
                .bind("text", text)
                .mapTo(Integer.class)
                .one());
    }

    void slice(Event<SliceQueued> event) {
        jdbi.useTransaction(handle -> {
            if (inbox.firstSeen(handle, event.source(), event.id())) {
                handle.execute(
                        "insert into slice_seen (job, slice) values (?, ?)",
                        event.data().jobId(),
                        event.data().slice());
            }
        });
    }

    int slicesSeen(String job) {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from slice_seen where job = :job")
                .bind("job", job)
                .mapTo(Integer.class)
                .one());
    }
}
