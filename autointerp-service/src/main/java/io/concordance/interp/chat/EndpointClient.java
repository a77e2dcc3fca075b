package io.concordance.interp.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.concordance.contracts.json.Json;
import io.concordance.interp.chat.ChatFailure.NoAnswer;
import io.concordance.interp.chat.ChatFailure.Refused;
import io.concordance.interp.chat.ChatFailure.Unavailable;
import io.concordance.kit.address.AddressRules;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Sends JSON to an endpoint and reads JSON back, within limits of time and size. Addresses are checked when a name is
 * resolved and again on the standing connection, before a byte is sent; redirects are not followed and proxies not used,
 * so no name, answer or setting leads elsewhere. Thread-safe.
 */
@ApplicationScoped
class EndpointClient {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final ObjectReader READER = Json.mapper().readerFor(JsonNode.class);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final int UNPROCESSABLE = 422;
    private static final long MOST_RETRY_AFTER_MILLIS = Duration.ofHours(24).toMillis();
    private static final int SHOWN_CHARS = 200;

    private final ChatConfig config;
    private final Endpoints endpoints;
    private final OkHttpClient http;

    EndpointClient(ChatConfig config, Endpoints endpoints) {
        this.config = config;
        this.endpoints = endpoints;
        this.http = new OkHttpClient.Builder()
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .connectTimeout(Duration.ofMillis(config.connectMillis()))
                .readTimeout(Duration.ofMillis(config.requestMillis()))
                .writeTimeout(Duration.ofMillis(config.requestMillis()))
                .callTimeout(Duration.ofMillis(config.requestMillis()))
                .build();
    }

    /**
     * Posts a body and reads the answer, with retries while the endpoint is busy.
     *
     * @param path below the base URL, such as {@code /chat/completions}
     * @throws ChatFailure when there is no usable answer
     */
    JsonNode post(Endpoint endpoint, String path, byte[] body) {
        long pause = config.pauseMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return once(endpoint, path, body);
            } catch (Unavailable e) {
                long wait = Math.max(
                        e.retryAfterMillis(),
                        pause + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
                if (attempt >= config.attempts() || wait > config.longestPauseMillis()) {
                    throw e;
                }
                sleep(wait);
                pause *= 2;
            }
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("stopped", e);
        }
    }

    private JsonNode once(Endpoint endpoint, String path, byte[] body) {
        Request.Builder request = new Request.Builder()
                .url(endpoint.baseUrl() + path)
                .header("Accept", "application/json")
                .post(RequestBody.create(body, JSON));
        String secret = endpoints.secret(endpoint);
        if (secret != null) {
            request.header("Authorization", "Bearer " + secret);
        } else if (endpoint.key() != null) {
            throw new Unavailable("key '" + endpoint.key() + "' is not configured for this origin", null);
        }
        Request built = request.build();
        String host = built.url().host();
        int port = built.url().port();
        Call call = http.newBuilder()
                .dns(name -> endpoints.rules().resolve(name, port))
                .addNetworkInterceptor(chain -> checked(chain, host, port))
                .build()
                .newCall(built);
        try (Response response = call.execute()) {
            return read(response, call);
        } catch (UnknownHostException | ConnectException | NoRouteToHostException | SSLException e) {
            throw new Unavailable("no connection: " + e.getMessage(), e);
        } catch (InterruptedIOException e) {
            throw new NoAnswer("no answer within " + config.requestMillis() + " ms", e);
        } catch (IOException e) {
            throw new NoAnswer("the connection broke: " + e.getMessage(), e);
        }
    }

    /** An address in a URL is never resolved, so it is looked at here, like every other. */
    private Response checked(Interceptor.Chain chain, String host, int port) throws IOException {
        okhttp3.Connection connection = chain.connection();
        InetAddress address = connection == null ? null : connection.socket().getInetAddress();
        if (address == null || !endpoints.rules().allowed(host, port) && !AddressRules.isPublic(address)) {
            throw new AddressRules.ForbiddenAddress(host);
        }
        return chain.proceed(chain.request());
    }

    private JsonNode read(Response response, Call call) throws IOException {
        int status = response.code();
        if (status == TOO_MANY_REQUESTS || status >= 500) {
            throw new Unavailable(status, retryAfter(response.header("Retry-After")));
        }
        if (status == BAD_REQUEST || status == TOO_LARGE || status == UNPROCESSABLE) {
            throw new Refused("status " + status + ": " + start(response));
        }
        if (status != 200) {
            throw new Unavailable(status, 0);
        }
        BufferedSource source = response.body().source();
        if (source.request(config.answerBytes() + 1)) {
            call.cancel();
            throw new NoAnswer("an answer of more than " + config.answerBytes() + " bytes", null);
        }
        try {
            JsonNode answer = READER.readValue(source.readByteArray());
            if (answer == null || !answer.isObject()) {
                throw new NoAnswer("an answer that is no JSON object", null);
            }
            return answer;
        } catch (JsonProcessingException e) {
            throw new NoAnswer("an answer that is not JSON", e);
        }
    }

    /** The beginning of an error body, as one printable line. */
    private static String start(Response response) throws IOException {
        BufferedSource source = response.body().source();
        source.request(SHOWN_CHARS);
        byte[] bytes =
                source.readByteArray(Math.min(SHOWN_CHARS, source.getBuffer().size()));
        return new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
    }

    /** Seconds or an HTTP date (RFC 9110, 10.2.3), in milliseconds from now; 0 when absent or unreadable. */
    static long retryAfter(@Nullable String header) {
        if (header == null) {
            return 0;
        }
        String text = header.strip();
        try {
            long millis = text.chars().allMatch(Character::isDigit)
                    ? Math.multiplyExact(Long.parseLong(text), 1000)
                    : Duration.between(
                                    Instant.now(),
                                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                            .toInstant())
                            .toMillis();
            return Math.clamp(millis, 0, MOST_RETRY_AFTER_MILLIS);
        } catch (DateTimeException | NumberFormatException e) {
            return 0;
        } catch (ArithmeticException e) {
            return MOST_RETRY_AFTER_MILLIS;
        }
    }

    @PreDestroy
    void close() {
        http.dispatcher().cancelAll();
        http.connectionPool().evictAll();
        http.dispatcher().executorService().shutdown();
    }
}
