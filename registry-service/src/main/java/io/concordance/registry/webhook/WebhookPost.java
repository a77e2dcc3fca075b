package io.concordance.registry.webhook;

import io.concordance.kit.address.AddressRules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import okhttp3.Connection;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Posts signed events to one address. Never follows a redirection, and never speaks to a host that it must not. */
final class WebhookPost implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int SHORTEST_SECRET = 32;
    private static final MediaType CLOUD_EVENT = MediaType.get("application/cloudevents+json");

    private final HttpUrl url;
    private final String secret;
    private final AddressRules rules;
    private final Clock clock;
    private final OkHttpClient http;

    /** @throws IllegalStateException when the address or the secret must not be used */
    WebhookPost(URI url, String secret, List<String> allowedHosts, Clock clock) {
        HttpUrl parsed = HttpUrl.parse(url.toString());
        if (parsed == null) {
            throw new IllegalStateException("concordance.webhook.url: given " + url + ", expected an https address");
        }
        this.url = parsed;
        this.secret = secret;
        this.rules = new AddressRules(allowedHosts);
        this.clock = clock;
        if (!parsed.isHttps() && !rules.allowed(parsed.host(), parsed.port())) {
            throw new IllegalStateException("concordance.webhook.url: given " + parsed
                    + ", expected https, or a host that concordance.webhook.allowed-hosts names");
        }
        if (secret.length() < SHORTEST_SECRET) {
            throw new IllegalStateException(
                    "concordance.webhook.secret: expected " + SHORTEST_SECRET + " characters or more");
        }
        this.http = new OkHttpClient.Builder()
                .callTimeout(TIMEOUT)
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .dns(name -> rules.resolve(name, parsed.port()))
                .addNetworkInterceptor(this::checked)
                .build();
    }

    /** @throws IOException when it was not taken, with the reason */
    void post(byte[] event) throws IOException {
        rules.resolve(url.host(), url.port());
        Request request = new Request.Builder()
                .url(url)
                .header(Signature.HEADER, Signature.of(secret, clock.instant().getEpochSecond(), event))
                .post(RequestBody.create(event, CLOUD_EVENT))
                .build();
        try (Response response = http.newCall(request).execute()) {
            if (!response.isSuccessful()) {
                throw new IOException("status " + response.code());
            }
        }
    }

    /** The connection that is used is looked at, whatever the name meant a moment ago. */
    private Response checked(Interceptor.Chain chain) throws IOException {
        Connection connection = chain.connection();
        InetAddress address = connection == null ? null : connection.socket().getInetAddress();
        if (address == null || !rules.allowed(url.host(), url.port()) && !AddressRules.isPublic(address)) {
            throw new AddressRules.ForbiddenAddress(url.host());
        }
        return chain.proceed(chain.request());
    }

    @Override
    public void close() {
        http.dispatcher().cancelAll();
        http.connectionPool().evictAll();
    }
}
