package io.concordance.registry.sighting;

import io.concordance.contracts.event.Event;
import io.concordance.kit.outbox.Outbox;
import io.concordance.registry.webhook.Webhook;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresRecommendations implements Recommendations {
    private final Jdbi jdbi;
    private final Outbox outbox;
    private final Webhook webhook;

    PostgresRecommendations(Jdbi jdbi, Outbox outbox, Webhook webhook) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.webhook = webhook;
    }

    @Override
    public void say(Event<?> event) {
        jdbi.useHandle(handle -> outbox.add(handle, event));
        webhook.add(event);
    }
}
