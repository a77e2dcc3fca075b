package io.concordance.registry.sighting;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How many fires are a handful, {@code concordance.handful.*}; see {@link HandfulRule}. */
@ConfigMapping(prefix = "concordance.handful")
public interface HandfulSettings {

    /** Fires of a feature in a window that are still allowed. */
    @WithDefault("5")
    long budget();

    /** Sessions of a window. */
    @WithDefault("1000000")
    long exposure();

    /** Most false rollbacks, as a share of stretches of so many sessions. */
    @WithDefault("0.01")
    double alpha();

    /** The rate a session that is to be found quickly. */
    @WithDefault("0.0001")
    double alternative();

    default HandfulRule rule() {
        return new HandfulRule(budget(), exposure(), alpha(), alternative());
    }
}
