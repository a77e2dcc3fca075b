package io.concordance.registry.sighting;

import io.concordance.contracts.event.Event;

/** Says what should be done now, on Kafka and to the webhook. */
interface Recommendations {

    /** Says it if, and only if, the caller's transaction commits. */
    void say(Event<?> event);
}
