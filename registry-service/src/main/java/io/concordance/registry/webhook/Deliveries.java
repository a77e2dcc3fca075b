package io.concordance.registry.webhook;

import java.time.Instant;
import java.util.Optional;

/** Events on their way to the webhook. All calls belong in a transaction of the caller's. */
interface Deliveries {

    /** @param event as JSON */
    record Delivery(long id, String event, Instant addedAt, int attempts) {}

    void add(String event, Instant now);

    /** The oldest that is due; nobody else gets it until the transaction ends. */
    Optional<Delivery> lockDue(Instant now);

    void taken(long id);

    void again(long id, String problem, Instant dueAt);

    void giveUp(long id, String problem);
}
