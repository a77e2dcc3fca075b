package io.concordance.deploy;

import static io.concordance.deploy.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Environments name settings that exist, services listen where they are called, and only jobs migrate. */
final class SettingCheck {
    private static final Set<String> KNOWN = known();

    private SettingCheck() {}

    private static Set<String> known() {
        Set<String> known = new TreeSet<>(Descriptions.OTHERS.keySet());
        Settings.declared().forEach(setting -> known.add(setting.variable()));
        Descriptions.OURS.keySet().forEach(key -> known.add(Settings.variable(key)));
        return known;
    }

    /** Variables that are no setting of ours or of what is underneath. */
    static Set<String> unknown(Set<String> variables) {
        Set<String> unknown = new TreeSet<>(variables);
        unknown.removeAll(KNOWN);
        return unknown;
    }

    static List<String> problems(Manifests manifests) {
        List<String> problems = new ArrayList<>();
        for (JsonNode workload : manifests.services().toList()) {
            Map<String, String> environment = manifests.environment(workload);
            settings(workload, environment, problems);
            if (!"false".equals(environment.get("QUARKUS_FLYWAY_MIGRATE_AT_START"))) {
                problems.add(title(workload) + ": migrates at start, as each of its replicas would");
            }
            if (Manifests.container(workload).at("/ports/0/containerPort").asInt() != port(environment)) {
                problems.add(title(workload) + ": does not listen on the port it states");
            }
            environment.forEach((name, value) -> {
                if (name.matches("CONCORDANCE_[A-Z]+_URL")) {
                    address(manifests, workload, name, value, problems);
                }
            });
        }
        for (String service : List.of("capture", "trainer", "autointerp", "registry")) {
            JsonNode job = manifests.the("Job", "migrate-" + service);
            Map<String, String> environment = manifests.environment(job);
            settings(job, environment, problems);
            boolean migrates = "true".equals(environment.get("QUARKUS_FLYWAY_MIGRATE_AT_START"))
                    && "true".equals(environment.get("QUARKUS_INIT_AND_EXIT"));
            if (!migrates) {
                problems.add(title(job) + ": does not migrate and end");
            }
        }
        return problems;
    }

    private static void settings(JsonNode workload, Map<String, String> environment, List<String> problems) {
        unknown(environment.keySet()).forEach(name -> problems.add(title(workload) + ": no setting is called " + name));
    }

    private static int port(Map<String, String> environment) {
        return Integer.parseInt(environment.getOrDefault("QUARKUS_HTTP_PORT", "8080"));
    }

    private static void address(
            Manifests manifests, JsonNode workload, String name, String value, List<String> problems) {
        java.net.URI address = java.net.URI.create(value);
        boolean served = manifests
                .all("Service")
                .anyMatch(service -> Manifests.name(service).equals(address.getHost())
                        && service.at("/spec/ports/0/port").asInt() == address.getPort());
        if (!served) {
            problems.add(title(workload) + ": nothing answers at " + name + "=" + value);
        }
    }
}
