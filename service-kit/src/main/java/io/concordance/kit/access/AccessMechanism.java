package io.concordance.kit.access;

import io.concordance.kit.access.AccessSettings.Mode;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes services' tokens and API keys, and leaves every other token to the OpenID provider. In mode {@code local} a request
 * without a credential is the local person's, who has every role; a credential is looked at all the same, so that a
 * trainer stays one.
 */
@ApplicationScoped
class AccessMechanism implements HttpAuthenticationMechanism {
    /** Whether an identity is the local person's: Boolean. */
    static final String LOCAL = "concordance.local";

    private static final String SCHEME = "Bearer ";
    private static final SecurityIdentity LOCAL_PERSON = QuarkusSecurityIdentity.builder()
            .setPrincipal(principal("local"))
            .addRoles(Set.copyOf(Roles.ALL))
            .addAttribute(LOCAL, true)
            .build();

    private final AccessSettings settings;
    private final Credentials credentials;
    private final Instance<ApiKeys> keys;

    AccessMechanism(AccessSettings settings, Credentials credentials, Instance<ApiKeys> keys) {
        this.settings = settings;
        this.credentials = credentials;
        this.keys = keys;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        boolean local = settings.mode() == Mode.LOCAL;
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return local
                    ? Uni.createFrom().item(LOCAL_PERSON)
                    : Uni.createFrom().nullItem();
        }
        String token = bearer(header);
        if (token == null) {
            return Uni.createFrom().failure(unknown());
        }
        Optional<Holder> service = credentials.find(token);
        if (service.isPresent()) {
            return Uni.createFrom().item(identity(service.get()));
        }
        if (token.startsWith(ApiKeys.MARK) && keys.isResolvable()) {
            return Uni.createFrom()
                    .completionStage(() -> context.vertx()
                            .executeBlocking(() -> keys.get().find(token), false)
                            .toCompletionStage())
                    .map(holder -> identity(holder.orElseThrow(AccessMechanism::unknown)));
        }
        return local ? Uni.createFrom().failure(unknown()) : Uni.createFrom().nullItem();
    }

    private static @Nullable String bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : null;
    }

    private static AuthenticationFailedException unknown() {
        return new AuthenticationFailedException("This credential is not known here.");
    }

    private static SecurityIdentity identity(Holder holder) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(principal(holder.name()))
                .addRoles(holder.roles())
                .build();
    }

    private static Principal principal(String name) {
        return () -> name;
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    /** Before the OpenID provider's, which would refuse what it did not issue. */
    @Override
    public int getPriority() {
        return DEFAULT_PRIORITY + 1000;
    }
}
