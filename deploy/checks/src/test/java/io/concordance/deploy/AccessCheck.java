package io.concordance.deploy;

import static io.concordance.deploy.Manifests.container;
import static io.concordance.deploy.Manifests.pod;
import static io.concordance.deploy.Manifests.title;
import static io.concordance.deploy.Repository.each;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nobody gets in without a credential, credentials come from secrets, and what leaves the cluster is encrypted. */
final class AccessCheck {
    /** Services that call others, see {@link NetworkCheck}. */
    private static final Set<String> CALLERS = Set.of("autointerp", "registry");

    private final Manifests manifests;
    private final List<String> problems = new ArrayList<>();

    private AccessCheck(Manifests manifests) {
        this.manifests = manifests;
    }

    static List<String> problems(Manifests manifests) {
        AccessCheck check = new AccessCheck(manifests);
        manifests.services().forEach(check::service);
        return check.problems;
    }

    private void service(JsonNode workload) {
        Map<String, String> environment = manifests.environment(workload);
        require(workload, "oidc".equals(environment.get("CONCORDANCE_ACCESS_MODE")), "lets everybody do everything");
        require(
                workload,
                environment.getOrDefault("CONCORDANCE_ACCESS_ISSUER", "").startsWith("https://"),
                "believes an issuer that is not asked over https");
        require(
                workload,
                !environment.getOrDefault("CONCORDANCE_ACCESS_AUDIENCE", "").isEmpty(),
                "takes tokens for any audience");
        require(workload, !environment.containsKey("CONCORDANCE_ACCESS_OPEN"), "opens local access");
        require(workload, "0.0.0.0".equals(environment.get("QUARKUS_HTTP_HOST")), "listens on loopback only");
        secret(workload, environment, "CONCORDANCE_ACCESS_CREDENTIALS");
        if (CALLERS.contains(Manifests.name(workload))) {
            secret(workload, environment, "CONCORDANCE_ACCESS_TOKEN");
        }
        stores(workload, environment);
    }

    private void secret(JsonNode workload, Map<String, String> environment, String variable) {
        String file = environment.getOrDefault(variable, "");
        boolean mounted = each(container(workload).path("volumeMounts"))
                .filter(mount -> file.startsWith(mount.path("mountPath").asText() + "/"))
                .anyMatch(mount -> each(pod(workload).path("volumes"))
                        .anyMatch(volume -> volume.path("name").equals(mount.path("name")) && volume.has("secret")));
        require(workload, mounted, variable + " is not a file of a secret");
    }

    private void stores(JsonNode workload, Map<String, String> environment) {
        require(
                workload,
                "SASL_SSL".equals(environment.get("KAFKA_SECURITY_PROTOCOL")),
                "speaks to Kafka without TLS or without a user");
        URI objects = URI.create(environment.getOrDefault("CONCORDANCE_S3_ENDPOINT", ""));
        require(
                workload,
                isInside(objects) || "https".equals(objects.getScheme()),
                "speaks to the object store outside without TLS");
        String jdbc = environment.getOrDefault("QUARKUS_DATASOURCE_JDBC_URL", "");
        require(
                workload,
                isInside(URI.create(jdbc.replaceFirst("^jdbc:", ""))) || jdbc.contains("sslmode=verify-full"),
                "speaks to PostgreSQL outside without checking who answers");
    }

    private boolean isInside(URI address) {
        return manifests
                .all("Service")
                .anyMatch(service -> Manifests.name(service).equals(address.getHost()));
    }

    private void require(JsonNode workload, boolean holds, String problem) {
        if (!holds) {
            problems.add(title(workload) + ": " + problem);
        }
    }
}
