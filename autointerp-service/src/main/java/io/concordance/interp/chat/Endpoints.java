package io.concordance.interp.chat;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.address.AddressRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks endpoints that somebody names, before anything is stored or sent. */
@ApplicationScoped
public class Endpoints {
    private static final int MOST_URL_CHARS = 500;
    private static final Pattern MODEL = Pattern.compile("[\\p{Alnum}][\\p{Alnum}._:/@+-]{0,199}");
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final ChatConfig config;
    private final AddressRules rules;

    Endpoints(ChatConfig config) {
        this.config = config;
        this.rules = new AddressRules(config.allowedHosts().orElse(List.of()));
    }

    AddressRules rules() {
        return rules;
    }

    /**
     * The endpoint in its stored form.
     *
     * @throws FieldProblem that names {@code baseUrl}, {@code model} or {@code key}
     */
    public Endpoint check(@Nullable Endpoint given) {
        if (given == null) {
            throw new FieldProblem("", null, "an endpoint: baseUrl, model, trustTier and, where it needs one, key");
        }
        if (given.trustTier() == null) {
            throw new FieldProblem("trustTier", null, "weaker, trusted or untrusted");
        }
        if (given.model() == null || !MODEL.matcher(given.model()).matches()) {
            throw new FieldProblem("model", given.model(), "the model's name at the endpoint, at most 200 characters");
        }
        URI url = url(given.baseUrl());
        key(given.key(), url);
        return new Endpoint(url.toString(), given.model(), given.key(), given.trustTier());
    }

    private URI url(@Nullable String text) {
        String allowed = "an http or https URL without user, query and fragment, such as https://api.example.org/v1";
        if (text == null || text.length() > MOST_URL_CHARS) {
            throw new FieldProblem("baseUrl", text, allowed);
        }
        URI url;
        try {
            url = new URI(text.strip()).parseServerAuthority().normalize();
        } catch (URISyntaxException e) {
            throw new FieldProblem("baseUrl", text, allowed);
        }
        String host = url.getHost();
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (host == null
                || !(scheme.equals("https") || scheme.equals("http"))
                || url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getPort() == 0
                || url.getPort() > 0xffff) {
            throw new FieldProblem("baseUrl", text, allowed);
        }
        String bare = bareHost(host);
        int port = port(url);
        if (scheme.equals("http") && !rules.allowed(bare, port)) {
            throw new FieldProblem("baseUrl", text, "https, except to hosts the operator has allowed");
        }
        try {
            rules.resolve(bare, port);
        } catch (AddressRules.ForbiddenAddress e) {
            throw new FieldProblem(
                    "baseUrl",
                    text,
                    "a public host; private, loopback and metadata addresses need the operator's leave");
        } catch (UnknownHostException e) {
            throw new FieldProblem("baseUrl", text, "a host that can be resolved");
        }
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return URI.create(origin(scheme, host, port) + path);
    }

    private void key(@Nullable String name, URI url) {
        if (name == null) {
            return;
        }
        ChatConfig.Key key = config.keys().get(name);
        if (key == null) {
            throw new FieldProblem("key", name, "the name of a configured key");
        }
        if (!origin(URI.create(key.origin())).equals(origin(url))) {
            throw new FieldProblem("key", name, "a key that is configured for " + origin(url));
        }
    }

    /** The secret for an endpoint; null without a key, and for a key that is not configured for this origin any more. */
    @Nullable
    String secret(Endpoint endpoint) {
        ChatConfig.Key key = endpoint.key() == null ? null : config.keys().get(endpoint.key());
        return key != null && origin(URI.create(key.origin())).equals(origin(URI.create(endpoint.baseUrl())))
                ? key.secret()
                : null;
    }

    private static String origin(URI url) {
        return origin(url.getScheme().toLowerCase(Locale.ROOT), url.getHost(), port(url));
    }

    private static String origin(String scheme, String host, int port) {
        boolean usual = port == (scheme.equals("https") ? HTTPS_PORT : HTTP_PORT);
        return scheme + "://" + host.toLowerCase(Locale.ROOT) + (usual ? "" : ":" + port);
    }

    private static int port(URI url) {
        return url.getPort() > 0 ? url.getPort() : url.getScheme().equalsIgnoreCase("https") ? HTTPS_PORT : HTTP_PORT;
    }

    /** Without the brackets of an IPv6 literal. */
    static String bareHost(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : IDN.toASCII(host);
    }
}
