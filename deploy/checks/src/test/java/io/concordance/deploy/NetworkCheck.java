package io.concordance.deploy;

import static io.concordance.deploy.Manifests.name;
import static io.concordance.deploy.Manifests.podLabels;
import static io.concordance.deploy.Manifests.strings;
import static io.concordance.deploy.Repository.each;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Nothing talks to anything by default, what must talk may at both ends, and what need not may not. */
final class NetworkCheck {
    private static final Map<String, String> KAFKA = Map.of("strimzi.io/cluster", "events");

    /** Calls over REST: who calls whom. */
    private static final Map<String, List<String>> CALLS = Map.of(
            "autointerp", List.of("capture"),
            "registry", List.of("capture", "trainer", "autointerp", "registry"));

    private final Manifests manifests;
    private final List<String> problems = new ArrayList<>();

    private NetworkCheck(Manifests manifests) {
        this.manifests = manifests;
    }

    static List<String> problems(Manifests manifests) {
        NetworkCheck check = new NetworkCheck(manifests);
        check.defaultDeny();
        check.services();
        check.stores();
        return check.problems;
    }

    private void defaultDeny() {
        boolean denied = manifests
                .all("NetworkPolicy")
                .anyMatch(policy -> policy.at("/spec/podSelector").isEmpty()
                        && policy.at("/spec/policyTypes").size() == 2
                        && !policy.path("spec").has("ingress")
                        && !policy.path("spec").has("egress"));
        if (!denied) {
            problems.add("no policy denies what no other policy allows");
        }
    }

    private void services() {
        for (String from : Manifests.SERVICES) {
            for (String to : Manifests.SERVICES) {
                // Workers take slices, not requests.
                boolean wanted = CALLS.getOrDefault(from, List.of()).contains(to);
                expect(from, labels(from), to, labels(to), 8080, wanted);
            }
        }
    }

    private void stores() {
        for (String from : Manifests.SERVICES) {
            if (manifests.all("Kafka").findAny().isPresent()) {
                expect(from, labels(from), "kafka", KAFKA, 9093, true);
            }
            for (String store : List.of("object-store", "postgres")) {
                manifests
                        .all("Service")
                        .filter(s -> name(s).equals(store))
                        .forEach(s -> expect(
                                from,
                                labels(from),
                                store,
                                labels(store),
                                s.at("/spec/ports/0/port").asInt(),
                                true));
            }
        }
        manifests.all("Service").filter(s -> name(s).equals("postgres")).forEach(postgres -> {
            manifests
                    .all("Job")
                    .forEach(job -> expect(name(job), podLabels(job), "postgres", labels("postgres"), 5432, true));
            expect("object-store", labels("object-store"), "postgres", labels("postgres"), 5432, false);
        });
    }

    private Map<String, String> labels(String workload) {
        return podLabels(manifests.workload(workload));
    }

    private void expect(
            String from, Map<String, String> source, String to, Map<String, String> target, int port, boolean wanted) {
        boolean out = allowed("egress", source, target, port);
        boolean in = allowed("ingress", target, source, port);
        if (wanted && !(out && in)) {
            problems.add(from + " cannot reach " + to + ":" + port + (out ? " (ingress)" : " (egress)"));
        }
        if (!wanted && out && in) {
            problems.add(from + " can reach " + to + ":" + port + ", which it does not need");
        }
    }

    private boolean allowed(String direction, Map<String, String> pod, Map<String, String> peer, int port) {
        String side = direction.equals("egress") ? "to" : "from";
        return manifests
                .all("NetworkPolicy")
                .filter(policy -> selects(policy.at("/spec/podSelector"), pod))
                .flatMap(policy -> each(policy.path("spec").path(direction)))
                .filter(rule -> !rule.has("ports")
                        || each(rule.path("ports"))
                                .anyMatch(p -> p.path("port").asInt() == port
                                        && p.path("protocol").asText("TCP").equals("TCP")))
                .anyMatch(rule -> !rule.has(side)
                        || each(rule.path(side))
                                .anyMatch(p -> p.has("podSelector")
                                        && !p.has("namespaceSelector")
                                        && selects(p.path("podSelector"), peer)));
    }

    private static boolean selects(JsonNode selector, Map<String, String> labels) {
        return labels.entrySet()
                        .containsAll(strings(selector.path("matchLabels")).entrySet())
                && each(selector.path("matchExpressions")).allMatch(expression -> {
                    String value = labels.get(expression.path("key").asText());
                    return value != null
                            && each(expression.path("values"))
                                    .anyMatch(v -> v.asText().equals(value));
                });
    }
}
