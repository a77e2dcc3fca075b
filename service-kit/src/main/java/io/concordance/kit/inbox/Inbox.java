package io.concordance.kit.inbox;

import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** Remembers, by CloudEvent source and id, which events already took effect. */
@ApplicationScoped
public class Inbox {

    /**
     * Notes the event in the caller's transaction. A concurrent transaction with the same event waits for this one to
     * end, so that of all deliveries exactly one that commits is told {@code true}.
     *
     * @return whether the event is new; on false the caller has nothing left to do
     */
    public boolean firstSeen(Handle handle, String source, String id) {
        if (!handle.isInTransaction()) {
            throw new IllegalStateException("an event is noted in the transaction of its effect; there is none");
        }
        return handle.createUpdate(
                                "insert into consumed_event (source, id) values (:source, :id) on conflict do nothing")
                        .bind("source", source)
                        .bind("id", id)
                        .execute()
                == 1;
    }
}
