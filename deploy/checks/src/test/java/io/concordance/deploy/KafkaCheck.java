package io.concordance.deploy;

import static io.concordance.deploy.Manifests.kind;
import static io.concordance.deploy.Manifests.name;
import static io.concordance.deploy.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.event.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Topics are those of the code, facts are kept, and workers are no more than partitions. */
final class KafkaCheck {
    private KafkaCheck() {}

    static List<String> problems(Manifests manifests) {
        List<String> problems = new ArrayList<>();
        topics(manifests, problems);
        manifests.all("ScaledObject").forEach(scaled -> scaling(manifests, scaled, problems));
        return problems;
    }

    private static void topics(Manifests manifests, List<String> problems) {
        Map<String, JsonNode> given = new TreeMap<>();
        manifests.all("KafkaTopic").forEach(topic -> given.put(name(topic), topic));
        int brokers = manifests
                .all("KafkaNodePool")
                .mapToInt(pool -> pool.at("/spec/replicas").asInt())
                .sum();
        for (Topics.Topic topic : Topics.all()) {
            JsonNode object = given.remove(topic.name());
            if (object == null) {
                problems.add("no KafkaTopic " + topic.name());
                continue;
            }
            int partitions = object.at("/spec/partitions").asInt();
            // Facts keep their order by key, which more partitions would change; work has none.
            boolean work = topic.name().equals(Topics.CAPTURE_SLICES);
            if (work ? partitions < topic.partitions() : partitions != topic.partitions()) {
                problems.add(title(object) + ": " + partitions + " partitions, the code needs " + topic.partitions());
            }
            if (object.at("/spec/config/retention.ms").asLong() != -1) {
                problems.add(title(object) + ": facts are not kept");
            }
            int replicas = object.at("/spec/replicas").asInt();
            int insync = object.at("/spec/config/min.insync.replicas").asInt();
            if (replicas > brokers || insync > replicas || (replicas > 1 && insync >= replicas)) {
                problems.add(title(object) + ": " + replicas + " replicas, " + insync + " in sync, of " + brokers);
            }
        }
        given.keySet().forEach(name -> problems.add("KafkaTopic " + name + ": the code knows no such topic"));
    }

    private static void scaling(Manifests manifests, JsonNode scaled, List<String> problems) {
        JsonNode target =
                manifests.workload(scaled.at("/spec/scaleTargetRef/name").asText());
        if (!kind(target).equals(scaled.at("/spec/scaleTargetRef/kind").asText())) {
            problems.add(title(scaled) + ": scales no " + kind(target));
        }
        if (target.path("spec").has("replicas")) {
            problems.add(title(target) + ": states replicas, which are the scaler's to choose");
        }
        JsonNode lag = scaled.at("/spec/triggers/0/metadata");
        JsonNode topic = manifests.the("KafkaTopic", lag.path("topic").asText());
        Map<String, String> environment = manifests.environment(target);
        int consumers = Integer.parseInt(environment.getOrDefault("CONCORDANCE_CAPTURE_CONSUMERS", "3"));
        int most = scaled.at("/spec/maxReplicaCount").asInt() * consumers;
        int partitions = topic.at("/spec/partitions").asInt();
        if (most > partitions) {
            problems.add(title(scaled) + ": up to " + most + " consumers for " + partitions + " partitions");
        }
        if (scaled.at("/spec/minReplicaCount").asInt()
                > scaled.at("/spec/maxReplicaCount").asInt()) {
            problems.add(title(scaled) + ": least replicas above most");
        }
        if (!lag.path("bootstrapServers").asText().equals(environment.get("KAFKA_BOOTSTRAP_SERVERS"))) {
            problems.add(title(scaled) + ": asks another Kafka than the one the workers read");
        }
        if (!Repository.text("capture-service/src/main/resources/application.properties")
                .contains("concordance.service=" + lag.path("consumerGroup").asText() + "\n")) {
            problems.add(title(scaled) + ": no consumers are in the group " + lag.path("consumerGroup"));
        }
    }
}
