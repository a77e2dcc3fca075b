package io.concordance.registry.release;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of releases, {@code concordance.release.*}. */
@ConfigMapping(prefix = "concordance.release")
interface ReleaseSettings {

    /** How long monitors may arm with a release. */
    @WithDefault("90d")
    Duration lifetime();

    /** How long a channel pointer holds: the longest time newer releases can be kept from a monitor unnoticed. */
    @WithDefault("24h")
    Duration pointerLifetime();

    /** Age at which a channel pointer is signed anew. */
    @WithDefault("1h")
    Duration pointerRenewal();

    /** Where dictionaries are kept between releases. */
    Path cacheDir();

    Keys keys();

    /** Where the signing keys are, each a PEM file with the private and the public key. */
    interface Keys {
        /** Folder of keys that are generated at the first start, for those not given below. */
        Path dir();

        /** Reviewers' keys, that sign releases. */
        Optional<List<Path>> targets();

        /** Key that signs channel pointers. */
        Optional<Path> timestamp();

        /** Folder of trust documents that were signed elsewhere, {@code trust.1.dsse.json} and those that followed. */
        Optional<Path> trust();
    }
}
