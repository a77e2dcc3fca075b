package io.concordance.deploy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The custom resources that manifests use, as far as they use them: fields of Strimzi 1.0, KEDA and the Prometheus
 * operator. What is not here is refused; what is not {@link May} must be there.
 */
final class CustomResources {
    private static final Map<String, Class<?>> KINDS = Map.of(
            "kafka.strimzi.io/v1 Kafka", Kafka.class,
            "kafka.strimzi.io/v1 KafkaNodePool", KafkaNodePool.class,
            "kafka.strimzi.io/v1 KafkaTopic", KafkaTopic.class,
            "kafka.strimzi.io/v1 KafkaUser", KafkaUser.class,
            "keda.sh/v1alpha1 ScaledObject", ScaledObject.class,
            "keda.sh/v1alpha1 TriggerAuthentication", TriggerAuthentication.class,
            "monitoring.coreos.com/v1 PodMonitor", PodMonitor.class,
            "monitoring.coreos.com/v1 PrometheusRule", PrometheusRule.class);

    private static final ObjectMapper STRICT = strict();

    private CustomResources() {}

    private static ObjectMapper strict() {
        ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        for (LogicalType number : List.of(LogicalType.Integer, LogicalType.Boolean)) {
            mapper.coercionConfigFor(number).setCoercion(CoercionInputShape.String, CoercionAction.Fail);
        }
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        return mapper;
    }

    static Optional<String> problem(JsonNode object) {
        String kind = object.path("apiVersion").asText() + " " + Manifests.kind(object);
        Class<?> type = KINDS.get(kind);
        if (type == null) {
            return Optional.of("given " + kind + ", allowed " + KINDS.keySet());
        }
        try {
            return missing("", STRICT.treeToValue(object, type));
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            return Optional.of(e.getOriginalMessage());
        }
    }

    private static Optional<String> missing(String path, Object value) {
        if (value instanceof List<?> list) {
            return list.stream()
                    .map(item -> missing(path, item))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (!value.getClass().isRecord()) {
            return Optional.empty();
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object part;
            try {
                component.getAccessor().setAccessible(true);
                part = component.getAccessor().invoke(value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
            String field = path.isEmpty() ? component.getName() : path + "." + component.getName();
            if (part == null && !component.isAnnotationPresent(May.class)) {
                return Optional.of(field + " is missing");
            }
            Optional<String> inside = part == null ? Optional.empty() : missing(field, part);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }

    /** A field that may be absent. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    @interface May {}

    record Meta(String name, @May String namespace, @May Map<String, String> labels) {}

    record Kafka(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(Cluster kafka, Entities entityOperator) {}

        record Cluster(
                String version,
                String metadataVersion,
                List<Listener> listeners,
                Authorization authorization,
                Map<String, Object> config) {}

        record Listener(String name, Integer port, ListenerType type, Boolean tls, Authentication authentication) {}

        record Entities(Map<String, Object> topicOperator, Map<String, Object> userOperator) {}
    }

    enum ListenerType {
        internal
    }

    record Authentication(AuthenticationType type) {}

    enum AuthenticationType {
        @JsonProperty("scram-sha-512")
        SCRAM
    }

    record Authorization(AuthorizationType type) {}

    enum AuthorizationType {
        simple
    }

    record KafkaNodePool(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(Integer replicas, List<Role> roles, Storage storage, Resources resources) {}

        enum Role {
            controller,
            broker
        }

        record Storage(String type, List<Volume> volumes) {}

        record Volume(Integer id, String type, String size, Boolean deleteClaim) {}

        record Resources(Map<String, String> requests, Map<String, String> limits) {}
    }

    record KafkaTopic(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(Integer partitions, Integer replicas, Map<String, Object> config) {}
    }

    record KafkaUser(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(Authentication authentication, Rights authorization) {}

        record Rights(AuthorizationType type, List<Acl> acls) {}

        record Acl(Resource resource, List<Operation> operations) {}

        record Resource(ResourceType type, String name, Pattern patternType) {}

        enum ResourceType {
            topic,
            group
        }

        enum Pattern {
            literal,
            prefix
        }

        enum Operation {
            Read,
            Write,
            Describe
        }
    }

    record ScaledObject(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(
                Target scaleTargetRef,
                Integer minReplicaCount,
                Integer maxReplicaCount,
                Integer pollingInterval,
                Integer cooldownPeriod,
                Map<String, Object> advanced,
                List<Trigger> triggers) {}

        record Target(String apiVersion, String kind, String name) {}

        record Trigger(String type, Lag metadata, Reference authenticationRef) {}

        record Reference(String name) {}

        /** KEDA takes strings only. */
        record Lag(
                String bootstrapServers,
                String consumerGroup,
                String topic,
                String sasl,
                String tls,
                String lagThreshold,
                OffsetReset offsetResetPolicy,
                String allowIdleConsumers,
                String scaleToZeroOnInvalidOffset,
                String excludePersistentLag) {}

        enum OffsetReset {
            earliest,
            latest
        }
    }

    record TriggerAuthentication(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(List<Parameter> secretTargetRef, List<Parameter> configMapTargetRef) {}

        record Parameter(String parameter, String name, String key) {}
    }

    record PodMonitor(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(Map<String, Object> selector, List<Endpoint> podMetricsEndpoints) {}

        record Endpoint(
                String port,
                String path,
                String interval,
                @May Authorization authorization) {}

        record Authorization(Credentials credentials) {}

        record Credentials(String name, String key) {}
    }

    record PrometheusRule(String apiVersion, String kind, Meta metadata, Spec spec) {
        record Spec(List<Group> groups) {}

        record Group(String name, List<Rule> rules) {}

        record Rule(
                String alert,
                String expr,
                @May @JsonProperty("for") String lasting,
                Map<String, String> labels,
                Map<String, String> annotations) {}
    }
}
