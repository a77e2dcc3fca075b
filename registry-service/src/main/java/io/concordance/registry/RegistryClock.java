package io.concordance.registry;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The service's clock. */
@Singleton
class RegistryClock {

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }
}
