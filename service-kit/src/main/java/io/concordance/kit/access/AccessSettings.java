package io.concordance.kit.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Who may call this service, {@code concordance.access.*}. */
@ConfigMapping(prefix = "concordance.access")
interface AccessSettings {
    enum Mode {
        LOCAL,
        OIDC
    }

    /**
     * {@code local}: whoever reaches the service may do everything, under any name; for one machine. {@code oidc}: nobody
     * does anything without a credential.
     */
    @WithDefault("local")
    Mode mode();

    /** Whether {@code local} may be reached from other machines, as in a container whose port is published on loopback. */
    @WithDefault("false")
    boolean open();

    /** The OpenID provider whose tokens are believed, by its issuer address. */
    Optional<URI> issuer();

    /** What a token must be for: its {@code aud}. */
    Optional<String> audience();

    /** The claim that has a token's roles, a list; slashes lead into objects. */
    @WithDefault("roles")
    String rolesClaim();

    /** The claim that names whose a token is. */
    @WithDefault("sub")
    String nameClaim();

    /** File of services' tokens, a line each: name, roles and the digest of a token; none are known when it is not set. */
    Optional<Path> credentials();

    /** File with the token that this service shows to the others. */
    Optional<Path> token();

    /** Requests that a credential may make in a second, over time; 0 for any number. */
    @WithDefault("0")
    int requestsPerSecond();

    /** Requests that a credential may make at once when it made none for a while. */
    @WithDefault("200")
    int burst();
}
