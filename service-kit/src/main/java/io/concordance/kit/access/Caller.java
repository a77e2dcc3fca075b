package io.concordance.kit.access;

import io.concordance.kit.access.AccessSettings.Mode;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Whose request is being answered. */
@ApplicationScoped
public class Caller {
    private static final int LONGEST_NAME = 200;

    private final SecurityIdentity identity;
    private final AccessSettings settings;

    Caller(SecurityIdentity identity, AccessSettings settings) {
        this.identity = identity;
        this.settings = settings;
    }

    /** Whether a request without a credential is refused. */
    public boolean required() {
        return settings.mode() != Mode.LOCAL;
    }

    /** Whether nobody asked whose request it is: the local person's, or none that an endpoint answers. */
    public boolean unnamed() {
        return identity.isAnonymous() || Boolean.TRUE.equals(identity.getAttribute(AccessMechanism.LOCAL));
    }

    /**
     * The name under which a request acts: in mode {@code local} the one that it gives, else its credential's, whatever it
     * gives.
     *
     * @param field of the body that names who acts, for the refusal
     * @param given what that field held
     * @return empty where nobody is named
     * @throws RefusedException when the body names somebody else than the credential
     */
    public String named(String field, @Nullable String given) {
        if (unnamed()) {
            return given == null ? "" : given;
        }
        String name = name();
        if (given != null && !given.isEmpty() && !given.equals(name)) {
            throw new RefusedException(
                    field + " names somebody else than the credential does; leave it out.", field + ": " + given);
        }
        return name;
    }

    /**
     * Checks the name of a monitor: whose credential is for monitors alone is called as that credential is, or so with a
     * slash and more behind it.
     *
     * @throws RefusedException for the name of another monitor
     */
    public void monitor(String field, @Nullable String given) {
        boolean others = Roles.ALL.stream().anyMatch(role -> !role.equals(Roles.MONITOR) && identity.hasRole(role));
        if (unnamed() || others || given == null) {
            return;
        }
        String name = name();
        if (!given.equals(name) && !given.startsWith(name + "/")) {
            throw new RefusedException(
                    field + " is another monitor's name than the credential's, which is " + name
                            + "; a monitor under it is " + name + "/ and more.",
                    field + ": " + given);
        }
    }

    /** Whose credential it is; {@code local} where none was asked for. */
    public String name() {
        String name =
                identity.getPrincipal() == null ? null : identity.getPrincipal().getName();
        if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
            throw new RefusedException("The credential has no name of 1 to " + LONGEST_NAME + " characters.");
        }
        return name;
    }
}
