package io.concordance.deploy;

import static io.concordance.deploy.Manifests.kind;
import static io.concordance.deploy.Manifests.title;
import static io.concordance.deploy.Repository.each;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every object against the models of Kubernetes' own Java client, in which unknown and missing fields, wrong types and
 * quantities show; besides what those let through: names of enums and ranges of ports. Custom resources against
 * {@link CustomResources}.
 */
final class SchemaCheck {
    private static final String MODELS = "io.kubernetes.client.openapi.models.V1";

    private static final Map<String, String> VERSIONS = Map.ofEntries(
            Map.entry("Namespace", "v1"),
            Map.entry("ConfigMap", "v1"),
            Map.entry("ServiceAccount", "v1"),
            Map.entry("Service", "v1"),
            Map.entry("Deployment", "apps/v1"),
            Map.entry("StatefulSet", "apps/v1"),
            Map.entry("Job", "batch/v1"),
            Map.entry("NetworkPolicy", "networking.k8s.io/v1"),
            Map.entry("PodDisruptionBudget", "policy/v1"));

    private static final Map<String, Set<String>> ENUMS = Map.of(
            "restartPolicy", Set.of("Always", "OnFailure", "Never"),
            "imagePullPolicy", Set.of("Always", "IfNotPresent", "Never"),
            "protocol", Set.of("TCP", "UDP", "SCTP"),
            "podManagementPolicy", Set.of("OrderedReady", "Parallel"),
            "operator", Set.of("In", "NotIn", "Exists", "DoesNotExist", "Equal"),
            "effect", Set.of("NoSchedule", "PreferNoSchedule", "NoExecute"),
            "policyTypes", Set.of("Ingress", "Egress"),
            "accessModes", Set.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"));

    private static final Set<String> PORTS = Set.of("port", "containerPort", "targetPort", "hostPort", "nodePort");

    /** By object, since overlays are checked again and again with one object changed. */
    private static final Map<JsonNode, List<String>> KNOWN = Collections.synchronizedMap(new IdentityHashMap<>());

    private SchemaCheck() {}

    static List<String> problems(Manifests manifests) {
        List<String> problems = new ArrayList<>();
        for (JsonNode object : manifests.objects()) {
            problems.addAll(KNOWN.computeIfAbsent(object, SchemaCheck::problems));
        }
        return problems;
    }

    private static List<String> problems(JsonNode object) {
        List<String> problems = new ArrayList<>();
        String version = VERSIONS.get(kind(object));
        if (version == null) {
            CustomResources.problem(object).ifPresent(problem -> problems.add(title(object) + ": " + problem));
            return problems;
        }
        if (!version.equals(object.path("apiVersion").asText())) {
            problems.add(title(object) + ": apiVersion " + object.path("apiVersion") + ", allowed " + version);
        }
        model(object, problems);
        walk(object, "", title(object), problems);
        return problems;
    }

    private static void model(JsonNode object, List<String> problems) {
        JsonElement json = JsonParser.parseString(object.toString());
        try {
            Class<?> model = Class.forName(MODELS + kind(object));
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
            JSON.getGson().fromJson(json, model);
        } catch (InvocationTargetException e) {
            problems.add(title(object) + ": " + e.getCause().getMessage());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            problems.add(title(object) + ": " + e.getMessage());
        }
    }

    private static void walk(JsonNode node, String field, String title, List<String> problems) {
        if (node.isObject()) {
            node.propertyStream().forEach(entry -> walk(entry.getValue(), entry.getKey(), title, problems));
        } else if (node.isArray()) {
            each(node).forEach(item -> walk(item, field, title, problems));
        } else if (ENUMS.containsKey(field) && !ENUMS.get(field).contains(node.asText())) {
            problems.add(title + ": " + field + " " + node.asText() + ", allowed " + ENUMS.get(field));
        } else if (PORTS.contains(field) && node.isNumber() && (node.asInt() < 1 || node.asInt() > 65_535)) {
            problems.add(title + ": " + field + " " + node.asInt() + ", allowed from 1 to 65535");
        }
    }
}
