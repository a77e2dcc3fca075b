package io.concordance.deploy;

import static io.concordance.deploy.Repository.each;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The objects of one built overlay. */
record Manifests(String overlay, List<JsonNode> objects) {
    static final List<String> OVERLAYS = List.of("dev", "staging", "prod");

    /** Workloads that run our own images, by name. */
    static final List<String> SERVICES = List.of("capture", "capture-worker", "trainer", "autointerp", "registry");

    static String kind(JsonNode object) {
        return object.path("kind").asText();
    }

    static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }

    static String title(JsonNode object) {
        return kind(object) + " " + name(object);
    }

    Stream<JsonNode> all(String kind) {
        return objects.stream().filter(object -> kind(object).equals(kind));
    }

    /** The object, which must be there. */
    JsonNode the(String kind, String name) {
        return all(kind)
                .filter(object -> name(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " in " + overlay));
    }

    /** Objects that make pods. */
    Stream<JsonNode> workloads() {
        return objects.stream().filter(object -> !pod(object).isMissingNode());
    }

    Stream<JsonNode> services() {
        return workloads().filter(workload -> SERVICES.contains(name(workload)));
    }

    JsonNode workload(String name) {
        return workloads()
                .filter(workload -> name(workload).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no workload " + name + " in " + overlay));
    }

    /** Specification of the pods that a workload makes. */
    static JsonNode pod(JsonNode workload) {
        return workload.path("spec").path("template").path("spec");
    }

    static Map<String, String> podLabels(JsonNode workload) {
        return strings(workload.path("spec").path("template").path("metadata").path("labels"));
    }

    static JsonNode container(JsonNode workload) {
        return pod(workload).path("containers").path(0);
    }

    static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new TreeMap<>();
        object.propertyStream()
                .forEach(entry -> strings.put(entry.getKey(), entry.getValue().asText()));
        return strings;
    }

    /** Environment of a workload's container with values that manifests state; those by reference have an empty one. */
    Map<String, String> environment(JsonNode workload) {
        Map<String, String> environment = new TreeMap<>();
        each(container(workload).path("envFrom"))
                .map(from -> from.path("configMapRef").path("name").asText())
                .filter(name -> !name.isEmpty())
                .forEach(name ->
                        environment.putAll(strings(the("ConfigMap", name).path("data"))));
        each(container(workload).path("env"))
                .forEach(env -> environment.put(
                        env.path("name").asText(), env.path("value").asText()));
        return environment;
    }

    /** The same objects with one of them changed. */
    Manifests with(String kind, String name, Consumer<ObjectNode> change) {
        the(kind, name);
        return new Manifests(
                overlay,
                objects.stream()
                        .map(object -> {
                            if (!kind(object).equals(kind) || !name(object).equals(name)) {
                                return object;
                            }
                            ObjectNode copy = object.deepCopy();
                            change.accept(copy);
                            return (JsonNode) copy;
                        })
                        .toList());
    }

    Manifests without(String kind, String name) {
        the(kind, name);
        return new Manifests(
                overlay,
                objects.stream()
                        .filter(object ->
                                !(kind(object).equals(kind) && name(object).equals(name)))
                        .toList());
    }
}
