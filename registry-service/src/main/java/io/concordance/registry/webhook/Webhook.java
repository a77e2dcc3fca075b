package io.concordance.registry.webhook;

import io.concordance.contracts.event.Event;

/** Where events go besides Kafka. */
public interface Webhook {

    /** Adds an event to the caller's transaction, to be posted after it has committed; nothing where no address is set. */
    void add(Event<?> event);
}
