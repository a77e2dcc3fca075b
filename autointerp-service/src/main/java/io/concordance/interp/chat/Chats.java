package io.concordance.interp.chat;

import jakarta.enterprise.context.ApplicationScoped;

/** Opens endpoints. */
@ApplicationScoped
public class Chats {
    private final EndpointClient client;

    Chats(EndpointClient client) {
        this.client = client;
    }

    /** A model to ask, with everything booked in a ledger. */
    public Chat open(Endpoint endpoint, Budget budget, Ledger ledger) {
        return new MeteredChat(endpoint, client, ledger, budget);
    }
}
