package io.concordance.kit.access;

import io.concordance.kit.access.AccessSettings.Mode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Keeps a service from starting that lets everybody do everything where other machines reach it, or that is to ask for
 * tokens and does not know whose.
 */
@ApplicationScoped
class AccessAtStart {
    private static final Logger LOG = Logger.getLogger(AccessAtStart.class);

    private final AccessSettings settings;
    private final String host;

    AccessAtStart(AccessSettings settings, Config config) {
        this.settings = settings;
        this.host = config.getValue("quarkus.http.host", String.class);
    }

    void start(@Observes @Priority(1) StartupEvent event) {
        check(settings, host);
        if (settings.mode() == Mode.LOCAL) {
            LOG.warnf(
                    "Access is local: whoever reaches %s may do everything, under any name (concordance.access.mode)",
                    host);
        }
    }

    /** @throws IllegalStateException naming the setting that is missing or does not go with the others */
    static void check(AccessSettings settings, String host) {
        if (settings.mode() == Mode.LOCAL) {
            if (!settings.open() && !isLoopback(host)) {
                throw new IllegalStateException("concordance.access.mode is local, and quarkus.http.host is " + host
                        + ": other machines could do everything. Set the mode to oidc, the host to 127.0.0.1,"
                        + " or concordance.access.open to true where something else keeps them away");
            }
            return;
        }
        URI issuer = settings.issuer()
                .orElseThrow(() -> new IllegalStateException(
                        "concordance.access.issuer must be set where concordance.access.mode is oidc"));
        if (!"https".equals(issuer.getScheme())
                && !("http".equals(issuer.getScheme()) && isLoopback(String.valueOf(issuer.getHost())))) {
            throw new IllegalStateException("concordance.access.issuer: given " + issuer
                    + ", allowed https, on loopback also http: its keys decide whose a token is");
        }
        if (settings.audience().isEmpty()) {
            throw new IllegalStateException("concordance.access.audience must be set where concordance.access.mode is"
                    + " oidc: tokens for other services of the same issuer would be taken");
        }
        if (settings.burst() < 1 || settings.requestsPerSecond() < 0) {
            throw new IllegalStateException("concordance.access.burst: given " + settings.burst()
                    + ", allowed at least 1; concordance.access.requests-per-second: given "
                    + settings.requestsPerSecond() + ", allowed at least 0");
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
