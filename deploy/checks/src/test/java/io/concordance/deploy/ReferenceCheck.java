package io.concordance.deploy;

import static io.concordance.deploy.Manifests.kind;
import static io.concordance.deploy.Manifests.name;
import static io.concordance.deploy.Manifests.pod;
import static io.concordance.deploy.Manifests.podLabels;
import static io.concordance.deploy.Manifests.strings;
import static io.concordance.deploy.Manifests.title;
import static io.concordance.deploy.Repository.each;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What names something else names something that is there, or that the operations page asks a person to make. */
final class ReferenceCheck {
    private ReferenceCheck() {}

    static List<String> problems(Manifests manifests) {
        List<String> problems = new ArrayList<>();
        manifests
                .all("Secret")
                .forEach(secret -> problems.add(title(secret) + ": secrets do not belong in a repository"));
        Set<String> made = madeByHand();
        Set<String> given = new TreeSet<>(made);
        manifests.objects().forEach(object -> given.add(title(object)));
        manifests.all("KafkaUser").forEach(user -> given.add("Secret " + name(user)));
        manifests.all("Kafka").forEach(kafka -> given.add("Secret " + name(kafka) + "-cluster-ca-cert"));
        for (JsonNode workload : manifests.workloads().toList()) {
            for (String reference : references(workload)) {
                if (!given.contains(reference)) {
                    problems.add(title(workload) + ": names " + reference + ", which is not there");
                }
            }
            Map<String, String> selector = strings(workload.at("/spec/selector/matchLabels"));
            if (!kind(workload).equals("Job") && (selector.isEmpty() || !has(podLabels(workload), selector))) {
                problems.add(title(workload) + ": selects " + selector + ", its pods have " + podLabels(workload));
            }
        }
        for (JsonNode service : manifests.all("Service").toList()) {
            service(manifests, service, problems);
        }
        for (JsonNode budget : manifests.all("PodDisruptionBudget").toList()) {
            requirePods(manifests, budget, strings(budget.at("/spec/selector/matchLabels")), problems);
        }
        return problems;
    }

    /** Secrets and ConfigMaps that the operations page says how to make. */
    private static Set<String> madeByHand() {
        Set<String> made = new TreeSet<>();
        var matcher = java.util.regex.Pattern.compile(
                        "^kubectl create (secret generic|configmap) ([a-z-]+) ", java.util.regex.Pattern.MULTILINE)
                .matcher(Repository.text("docs/operations.md"));
        while (matcher.find()) {
            made.add((matcher.group(1).startsWith("secret") ? "Secret " : "ConfigMap ") + matcher.group(2));
        }
        return made;
    }

    private static boolean has(Map<String, String> labels, Map<String, String> selector) {
        return labels.entrySet().containsAll(selector.entrySet());
    }

    private static void requirePods(
            Manifests manifests, JsonNode object, Map<String, String> selector, List<String> problems) {
        if (selector.isEmpty() || manifests.workloads().noneMatch(w -> has(podLabels(w), selector))) {
            problems.add(title(object) + ": selects " + selector + ", which no pod has");
        }
    }

    private static void service(Manifests manifests, JsonNode service, List<String> problems) {
        Map<String, String> selector = strings(service.at("/spec/selector"));
        requirePods(manifests, service, selector, problems);
        manifests.workloads().filter(w -> has(podLabels(w), selector)).forEach(workload -> {
            for (JsonNode port : each(service.at("/spec/ports")).toList()) {
                boolean open = each(Manifests.container(workload).path("ports"))
                        .anyMatch(p -> p.path("name").equals(port.path("targetPort"))
                                && p.path("containerPort").equals(port.path("port")));
                if (!open) {
                    problems.add(title(service) + ": port " + port + " is not one of " + title(workload));
                }
            }
        });
    }

    private static Set<String> references(JsonNode workload) {
        Set<String> references = new TreeSet<>();
        references.add(
                "ServiceAccount " + pod(workload).path("serviceAccountName").asText());
        each(pod(workload).path("volumes")).forEach(volume -> {
            add(references, "Secret", volume.at("/secret/secretName"));
            add(references, "ConfigMap", volume.at("/configMap/name"));
        });
        JsonNode container = Manifests.container(workload);
        each(container.path("envFrom")).forEach(from -> {
            add(references, "Secret", from.at("/secretRef/name"));
            add(references, "ConfigMap", from.at("/configMapRef/name"));
        });
        each(container.path("env")).forEach(env -> {
            add(references, "Secret", env.at("/valueFrom/secretKeyRef/name"));
            add(references, "ConfigMap", env.at("/valueFrom/configMapKeyRef/name"));
        });
        return references;
    }

    private static void add(Set<String> references, String kind, JsonNode name) {
        if (!name.isMissingNode()) {
            references.add(kind + " " + name.asText());
        }
    }
}
