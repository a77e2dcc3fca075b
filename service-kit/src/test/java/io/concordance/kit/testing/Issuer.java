package io.concordance.kit.testing;

import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An OpenID provider on loopback: discovery, a key set, and RS256 tokens (RFC 7519) that it signs on request. */
public final class Issuer implements AutoCloseable {
    public static final String AUDIENCE = "concordance";

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int KEY_BITS = 2048;

    private final KeyPair keys;
    private final int port;
    private HttpServer server;

    private Issuer(KeyPair keys, int port) throws IOException {
        this.keys = keys;
        this.server = serve(port);
        this.port = server.getAddress().getPort();
    }

    public static Issuer start() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            return new Issuer(generator.generateKeyPair(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpServer serve(int at) throws IOException {
        HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        String address = "http://127.0.0.1:" + started.getAddress().getPort();
        serve(
                started,
                "/.well-known/openid-configuration",
                Map.of(
                        "issuer", address,
                        "jwks_uri", address + "/keys",
                        "authorization_endpoint", address + "/authorize",
                        "token_endpoint", address + "/token",
                        "id_token_signing_alg_values_supported", List.of("RS256")));
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        serve(
                started,
                "/keys",
                Map.of(
                        "keys",
                        List.of(Map.of(
                                "kty", "RSA",
                                "alg", "RS256",
                                "use", "sig",
                                "kid", "1",
                                "n", number(key.getModulus()),
                                "e", number(key.getPublicExponent())))));
        started.start();
        return started;
    }

    /** Is away until {@link #back}; tokens can be made all the while. */
    public void away() {
        server.stop(0);
    }

    /** Answers again, at the same address with the same keys. */
    public void back() throws IOException {
        server = serve(port);
    }

    /** What a service has to be told, as its environment. */
    public Map<String, String> settings() {
        return Map.of(
                "CONCORDANCE_ACCESS_MODE",
                "oidc",
                "CONCORDANCE_ACCESS_ISSUER",
                address(),
                "CONCORDANCE_ACCESS_AUDIENCE",
                AUDIENCE);
    }

    public String address() {
        return "http://127.0.0.1:" + port;
    }

    public String token(String subject, String... roles) {
        return token(subject, Map.of(), roles);
    }

    /** @param changed claims that are otherwise than they should be */
    public String token(String subject, Map<String, Object> changed, String... roles) {
        Instant now = Instant.now();
        Map<String, Object> claims = new TreeMap<>(Map.of(
                "iss", address(),
                "aud", AUDIENCE,
                "sub", subject,
                "roles", List.of(roles),
                "iat", now.getEpochSecond(),
                "exp", now.plus(Duration.ofMinutes(10)).getEpochSecond()));
        claims.putAll(changed);
        String signed = part(Map.of("alg", "RS256", "typ", "JWT", "kid", "1")) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(Map<String, ?> json) {
        return BASE64.encodeToString(Json.bytes(json));
    }

    private static String number(BigInteger value) {
        byte[] bytes = value.toByteArray();
        return BASE64.encodeToString(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static void serve(HttpServer server, String path, Map<String, ?> document) {
        byte[] json = Json.bytes(document);
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, json.length);
            exchange.getResponseBody().write(json);
            exchange.close();
        });
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
