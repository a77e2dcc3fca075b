package io.concordance.registry.concern;

import java.util.List;

/** What people have read, as the service knows it where they read. */
interface Readings {

    /**
     * How far each requirement is, in their order; what that service does not know is not met.
     *
     * @throws io.concordance.registry.peer.PeerUnavailable when it cannot be asked now
     */
    List<Reading> of(List<Requirement> requirements);
}
