package io.concordance.kit.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.kit.access.Roles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Walks every operation of a service's OpenAPI document and holds what it answers against the table of {@code docs/access.md}:
 * 401 without a credential, 403 with every role that the table does not name, neither with each that it does.
 */
public final class AccessWalk {
    private static final Pattern ROW = Pattern.compile("\\| `(?<operation>[A-Z]+ \\S+)` \\| (?<roles>[a-z, ]+) \\|");
    private static final List<String> METHODS = List.of("get", "post", "put", "delete", "patch", "head", "options");
    private static final int BURST = 200;
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final URI service;
    private final Issuer issuer;
    /** Asked to switch to HTTP/2 the client at times takes the rest of the first answer for frames. */
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Map<String, String> tokens = new TreeMap<>();

    private AccessWalk(URI service, Issuer issuer) {
        this.service = service;
        this.issuer = issuer;
        Roles.ALL.forEach(role -> tokens.put(role, issuer.token("the " + role, role)));
    }

    /** What the service that is walked has to be told, as its environment. */
    public static Map<String, String> settings(Issuer issuer) {
        Map<String, String> settings = new TreeMap<>(issuer.settings());
        settings.put("CONCORDANCE_ACCESS_REQUESTS_PER_SECOND", "1");
        settings.put("CONCORDANCE_ACCESS_BURST", Integer.toString(BURST));
        // A schema and a consumer group of its own.
        settings.put("CONCORDANCE_SERVICE", "access");
        return settings;
    }

    /** @param title of the service's section in {@code docs/access.md} */
    public static void check(String title, URI service, Issuer issuer) throws IOException, InterruptedException {
        AccessWalk walk = new AccessWalk(service, issuer);
        Map<String, Set<String>> table = table(title);
        Map<String, String> operations = walk.operations();
        assertThat(table.keySet()).as("operations in docs/access.md").isEqualTo(operations.keySet());
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> operation : operations.entrySet()) {
            String name = operation.getKey();
            int anonymous = walk.status(name, operation.getValue(), null);
            if (anonymous != 401) {
                wrong.add(name + " without a credential: " + anonymous);
            }
            for (String role : Roles.ALL) {
                int status = walk.status(name, operation.getValue(), walk.tokens.get(role));
                boolean may = status != 401 && status != 403;
                if (may != table.get(name).contains(role) || status >= 500) {
                    wrong.add(name + " as " + role + ": " + status);
                }
            }
        }
        assertThat(wrong).isEmpty();
        walk.tokensThatAreNone(operations.keySet().iterator().next());
        walk.management();
        walk.rate(operations.keySet().iterator().next());
    }

    private void rate(String operation) throws IOException, InterruptedException {
        String eager = issuer.token("somebody eager", Roles.AUDITOR);
        HttpResponse<Void> answer;
        int asked = 0;
        do {
            asked++;
            answer = http.send(request(operation, "", eager), BodyHandlers.discarding());
        } while (answer.statusCode() != 429 && asked < 3 * BURST);
        assertThat(answer.statusCode()).as("after " + asked + " requests").isEqualTo(429);
        assertThat(asked).isGreaterThan(BURST);
        assertThat(answer.headers().firstValueAsLong("Retry-After")).hasValue(1);
        assertThat(status(operation, "", issuer.token("somebody else", Roles.AUDITOR)))
                .isNotEqualTo(429);
    }

    private void tokensThatAreNone(String operation) throws IOException, InterruptedException {
        String role = Roles.AUDITOR;
        try (Issuer other = Issuer.start()) {
            String good = issuer.token("somebody", role);
            Map<String, String> none = Map.of(
                    "of another audience", issuer.token("somebody", Map.of("aud", "elsewhere"), role),
                    "of another issuer", issuer.token("somebody", Map.of("iss", other.address()), role),
                    "signed by another", other.token("somebody", Map.of("iss", issuer.address()), role),
                    "that has ended", issuer.token("somebody", Map.of("exp", 1_000_000_000L), role),
                    "with a changed signature", good.substring(0, good.length() - 8) + "AAAAAAAA",
                    "that is an unknown key", "cck_" + "0".repeat(12) + "_" + "0".repeat(64),
                    "that is no token", "nonsense");
            for (Map.Entry<String, String> token : none.entrySet()) {
                assertThat(status(operation, "", token.getValue()))
                        .as("a token " + token.getKey())
                        .isEqualTo(401);
            }
        }
    }

    private void management() throws IOException, InterruptedException {
        assertThat(status("GET /q/health/live", "", null)).isEqualTo(200);
        for (String path : List.of("/q/metrics", "/openapi")) {
            assertThat(status("GET " + path, "", null)).as(path).isEqualTo(401);
            assertThat(status("GET " + path, "", tokens.get(Roles.MONITOR)))
                    .as(path)
                    .isEqualTo(403);
            assertThat(status("GET " + path, "", tokens.get(Roles.AUDITOR)))
                    .as(path)
                    .isEqualTo(200);
        }
    }

    /** The media type that an operation takes, empty for none, by method and path. */
    private Map<String, String> operations() throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = http.send(
                request("GET /openapi?format=json", "", tokens.get(Roles.AUDITOR)), BodyHandlers.ofInputStream());
        Map<String, String> operations = new TreeMap<>();
        try (InputStream body = answer.body()) {
            assertThat(answer.statusCode()).isEqualTo(200);
            JsonNode paths = Json.mapper().readTree(body).path("paths");
            paths.fields()
                    .forEachRemaining(path -> path.getValue().fields().forEachRemaining(method -> {
                        if (METHODS.contains(method.getKey())) {
                            var content =
                                    method.getValue().at("/requestBody/content").fieldNames();
                            operations.put(
                                    method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                                    content.hasNext() ? content.next() : "");
                        }
                    }));
        }
        return operations;
    }

    private static Map<String, Set<String>> table(String title) throws IOException {
        Map<String, Set<String>> rows = new TreeMap<>();
        boolean mine = false;
        for (String line :
                Files.readAllLines(Path.of(System.getProperty("concordance.home", ".."), "docs", "access.md"))) {
            mine = line.startsWith("#") ? line.endsWith(" " + title) : mine;
            Matcher row = ROW.matcher(line);
            if (mine && row.matches()) {
                rows.put(
                        row.group("operation"),
                        new TreeSet<>(List.of(row.group("roles").split(", "))));
            }
        }
        return rows;
    }

    private int status(String operation, String mediaType, @Nullable String token)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(request(operation, mediaType, token), BodyHandlers.ofInputStream());
        answer.body().close();
        return answer.statusCode();
    }

    private HttpRequest request(String operation, String mediaType, @Nullable String token) {
        String method = operation.substring(0, operation.indexOf(' '));
        String path = operation
                .substring(operation.indexOf(' ') + 1)
                .replace("{uid}", "f_" + "0".repeat(32))
                .replaceAll("\\{[^}]*}", "00000000-0000-0000-0000-000000000000");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(service.resolve(path)).timeout(ANSWER);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!mediaType.isEmpty()) {
            boolean parts = mediaType.startsWith("multipart/");
            request.header("Content-Type", parts ? mediaType + "; boundary=x" : mediaType);
            return request.method(method, BodyPublishers.ofString(parts ? "--x--\r\n" : "{}"))
                    .build();
        }
        return request.method(method, BodyPublishers.noBody()).build();
    }
}
