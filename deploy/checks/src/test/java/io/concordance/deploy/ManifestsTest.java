package io.concordance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every overlay as it would be applied; and what the checks say of defects that are planted in it. */
class ManifestsTest {
    static final List<String> OVERLAYS = Manifests.OVERLAYS;

    @BeforeEach
    void needsKustomize() {
        assumeTrue(Kustomize.command().isPresent(), "NOT RUN: neither kustomize nor kubectl is on the path");
    }

    private static List<String> problems(Manifests manifests) {
        List<String> problems = new ArrayList<>();
        problems.addAll(SchemaCheck.problems(manifests));
        problems.addAll(PodCheck.problems(manifests));
        problems.addAll(ReferenceCheck.problems(manifests));
        problems.addAll(SettingCheck.problems(manifests));
        problems.addAll(KafkaCheck.problems(manifests));
        problems.addAll(NetworkCheck.problems(manifests));
        problems.addAll(AccessCheck.problems(manifests));
        return problems;
    }

    @ParameterizedTest
    @FieldSource("OVERLAYS")
    void anOverlayHoldsWhatItMust(String overlay) {
        assertThat(problems(Kustomize.overlay(overlay))).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("OVERLAYS")
    void anOverlayHasEveryService(String overlay) {
        assertThat(Kustomize.overlay(overlay).services().map(Manifests::name))
                .containsExactlyInAnyOrderElementsOf(Manifests.SERVICES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void aPlantedDefectIsFound(String said, UnaryOperator<Manifests> defect) {
        assertThat(problems(defect.apply(Kustomize.overlay("prod")))).anyMatch(problem -> problem.contains(said), said);
    }

    static Stream<Arguments> defects() {
        return Stream.of(
                defect("replica", "Deployment", "capture", o -> spec(o).put("replica", 2)),
                defect("priviledged", "Deployment", "capture", o -> security(o).put("priviledged", true)),
                defect("selector", "Deployment", "capture", o -> spec(o).remove("selector")),
                defect("For input string: \"two\"", "Deployment", "capture", o -> spec(o).put("replicas", "two")),
                defect(
                        "Could not parse suffix",
                        "Deployment",
                        "capture",
                        o -> ((ObjectNode) container(o).at("/resources/limits")).put("memory", "4Gigs")),
                defect("extensions/v1beta1", "Deployment", "capture", o -> o.put("apiVersion", "extensions/v1beta1")),
                defect(
                        "protocol UTP",
                        "Service",
                        "capture",
                        o -> ((ObjectNode) o.at("/spec/ports/0")).put("protocol", "UTP")),
                defect(
                        "port 80800",
                        "Service",
                        "capture",
                        o -> ((ObjectNode) o.at("/spec/ports/0")).put("port", 80_800)),
                defect("partitons", "KafkaTopic", "concordance.capture.slices.v1", o -> spec(o).put("partitons", 16)),
                defect(
                        "offsetResetPolicy is missing",
                        "ScaledObject",
                        "capture-worker",
                        o -> lag(o).remove("offsetResetPolicy")),
                defect("v1beta2", "Kafka", "events", o -> o.put("apiVersion", "kafka.strimzi.io/v1beta2")),
                defect(
                        "may run as root",
                        "Deployment",
                        "capture",
                        o -> podSecurity(o).put("runAsNonRoot", false)),
                defect(
                        "may write to its root",
                        "Deployment",
                        "capture",
                        o -> security(o).put("readOnlyRootFilesystem", false)),
                defect(
                        "keeps capabilities",
                        "Deployment",
                        "capture",
                        o -> security(o).remove("capabilities")),
                defect(
                        "may gain privileges",
                        "Deployment",
                        "capture",
                        o -> security(o).remove("allowPrivilegeEscalation")),
                defect(
                        "no seccomp",
                        "Deployment",
                        "capture",
                        o -> podSecurity(o).remove("seccompProfile")),
                defect(
                        "mounts an API token",
                        "Deployment",
                        "capture",
                        o -> pod(o).put("automountServiceAccountToken", true)),
                defect("service links", "Deployment", "capture", o -> pod(o).remove("enableServiceLinks")),
                defect("shares the host", "Deployment", "capture", o -> pod(o).put("hostNetwork", true)),
                defect(
                        "requests no cpu",
                        "Deployment",
                        "capture",
                        o -> ((ObjectNode) container(o).at("/resources/requests")).remove("cpu")),
                defect(
                        "names no version",
                        "Deployment",
                        "capture",
                        o -> container(o).put("image", "concordance/capture-service")),
                defect(
                        "has no livenessProbe",
                        "Deployment",
                        "capture",
                        o -> container(o).remove("livenessProbe")),
                defect(
                        "does not ask for liveness",
                        "Deployment",
                        "capture",
                        o -> ((ObjectNode) container(o).at("/livenessProbe/httpGet")).put("path", "/q/health/ready")),
                defect(
                        "is killed 30 s",
                        "Deployment",
                        "capture-worker",
                        o -> pod(o).put("terminationGracePeriodSeconds", 30)),
                defect(
                        "runs neither model nor kernel",
                        "Deployment",
                        "registry",
                        o -> ((ObjectNode) container(o).at("/resources/limits")).put("nvidia.com/gpu", 1)),
                defect("do not go together", "Deployment", "capture-worker", o -> pod(o).remove("tolerations")),
                defect("could ever be drained", "PodDisruptionBudget", "capture", o -> spec(o).put("minAvailable", 2)),
                removed("has no PodDisruptionBudget", "PodDisruptionBudget", "trainer"),
                defect(
                        "enforce restricted",
                        "Namespace",
                        "concordance",
                        o -> ((ObjectNode) o.path("metadata")).remove("labels")),
                defect(
                        "its pods have",
                        "Deployment",
                        "capture",
                        o -> ((ObjectNode) o.at("/spec/selector/matchLabels"))
                                .put("app.kubernetes.io/name", "kapture")),
                defect(
                        "which no pod has",
                        "Service",
                        "capture",
                        o -> ((ObjectNode) o.at("/spec/selector")).put("app.kubernetes.io/name", "kapture")),
                defect(
                        "is not one of",
                        "Service",
                        "capture",
                        o -> ((ObjectNode) o.at("/spec/ports/0")).put("port", 8081)),
                defect(
                        "names ServiceAccount nobody",
                        "Deployment",
                        "capture",
                        o -> pod(o).put("serviceAccountName", "nobody")),
                defect("do not belong in a repository", "ServiceAccount", "capture", o -> o.put("kind", "Secret")),
                defect(
                        "lets everybody do everything",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject()
                                .put("name", "CONCORDANCE_ACCESS_MODE")
                                .put("value", "local")),
                defect(
                        "not asked over https",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject()
                                .put("name", "CONCORDANCE_ACCESS_ISSUER")
                                .put("value", "http://id.example.org")),
                defect(
                        "is not a file of a secret",
                        "Deployment",
                        "registry",
                        o -> env(o).addObject()
                                .put("name", "CONCORDANCE_ACCESS_TOKEN")
                                .put("value", "/tmp/token")),
                defect(
                        "without checking who answers",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject()
                                .put("name", "QUARKUS_DATASOURCE_JDBC_URL")
                                .put("value", "jdbc:postgresql://db.example.org:5432/concordance")),
                defect(
                        "no setting is called CONCORDANCE_CAPTURE_ROL",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject()
                                .put("name", "CONCORDANCE_CAPTURE_ROL")
                                .put("value", "api")),
                defect(
                        "migrates at start",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject()
                                .put("name", "QUARKUS_FLYWAY_MIGRATE_AT_START")
                                .put("value", "true")),
                defect(
                        "does not listen",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject().put("name", "QUARKUS_HTTP_PORT").put("value", "8081")),
                defect(
                        "nothing answers at CONCORDANCE_TRAINER_URL",
                        "Deployment",
                        "capture",
                        o -> env(o).addObject()
                                .put("name", "CONCORDANCE_TRAINER_URL")
                                .put("value", "http://trainer:8082")),
                defect("does not migrate and end", "Job", "migrate-capture", o -> env(o).removeAll()),
                removed(
                        "no KafkaTopic concordance.release.published.v1",
                        "KafkaTopic",
                        "concordance.release.published.v1"),
                defect(
                        "the code knows no such topic",
                        "KafkaTopic",
                        "concordance.release.published.v1",
                        o -> ((ObjectNode) o.path("metadata")).put("name", "concordance.release.publisht.v1")),
                defect(
                        "partitions, the code needs",
                        "KafkaTopic",
                        "concordance.feature.scored.v1",
                        o -> spec(o).put("partitions", 8)),
                defect(
                        "facts are not kept",
                        "KafkaTopic",
                        "concordance.feature.scored.v1",
                        o -> ((ObjectNode) o.at("/spec/config")).put("retention.ms", 604_800_000)),
                defect("in sync", "KafkaTopic", "concordance.feature.scored.v1", o -> spec(o).put("replicas", 5)),
                defect("consumers for", "ScaledObject", "capture-worker", o -> spec(o).put("maxReplicaCount", 33)),
                defect("states replicas", "Deployment", "capture-worker", o -> spec(o).put("replicas", 3)),
                defect(
                        "no consumers are in the group",
                        "ScaledObject",
                        "capture-worker",
                        o -> lag(o).put("consumerGroup", "captures")),
                defect(
                        "asks another Kafka",
                        "ScaledObject",
                        "capture-worker",
                        o -> lag(o).put("bootstrapServers", "kafka:9092")),
                removed("no policy denies", "NetworkPolicy", "default-deny"),
                removed("registry cannot reach trainer:8080", "NetworkPolicy", "trainer"),
                removed("cannot reach kafka:9093", "NetworkPolicy", "kafka-clients"),
                defect(
                        "which it does not need",
                        "NetworkPolicy",
                        "trainer",
                        o -> ((ArrayNode) o.at("/spec/ingress/0/from/0/podSelector/matchExpressions/0/values"))
                                .add("autointerp"),
                        "NetworkPolicy",
                        "autointerp",
                        o -> ((ArrayNode) o.at("/spec/egress/0/to/0/podSelector/matchExpressions/0/values"))
                                .add("trainer")));
    }

    private static Arguments defect(String said, String kind, String name, Consumer<ObjectNode> change) {
        UnaryOperator<Manifests> defect = manifests -> manifests.with(kind, name, change);
        return Arguments.of(said, defect);
    }

    private static Arguments defect(
            String said,
            String kind,
            String name,
            Consumer<ObjectNode> change,
            String otherKind,
            String otherName,
            Consumer<ObjectNode> otherChange) {
        UnaryOperator<Manifests> defect =
                manifests -> manifests.with(kind, name, change).with(otherKind, otherName, otherChange);
        return Arguments.of(said, defect);
    }

    private static Arguments removed(String said, String kind, String name) {
        UnaryOperator<Manifests> defect = manifests -> manifests.without(kind, name);
        return Arguments.of(said, defect);
    }

    private static ObjectNode spec(ObjectNode object) {
        return (ObjectNode) object.path("spec");
    }

    private static ObjectNode pod(ObjectNode object) {
        return (ObjectNode) Manifests.pod(object);
    }

    private static ObjectNode podSecurity(ObjectNode object) {
        return (ObjectNode) pod(object).path("securityContext");
    }

    private static ObjectNode container(ObjectNode object) {
        return (ObjectNode) Manifests.container(object);
    }

    private static ObjectNode security(ObjectNode object) {
        return (ObjectNode) container(object).path("securityContext");
    }

    private static ArrayNode env(ObjectNode object) {
        return (ArrayNode) container(object).path("env");
    }

    private static ObjectNode lag(ObjectNode object) {
        return (ObjectNode) object.at("/spec/triggers/0/metadata");
    }
}
