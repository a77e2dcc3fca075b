package io.concordance.kit.access;

import io.concordance.contracts.access.BearerToken;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The token that this service shows to others, {@code concordance.access.token}. */
class OwnToken {
    @Produces
    @Singleton
    @Startup
    BearerToken own(AccessSettings settings) {
        return settings.token().map(BearerToken::inFile).orElseGet(BearerToken::none);
    }
}
