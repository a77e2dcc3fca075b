package io.concordance.deploy;

import static io.concordance.deploy.Manifests.container;
import static io.concordance.deploy.Manifests.kind;
import static io.concordance.deploy.Manifests.name;
import static io.concordance.deploy.Manifests.pod;
import static io.concordance.deploy.Manifests.title;
import static io.concordance.deploy.Repository.each;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What every pod must be: restricted, probed, bounded, given time to end, and with a GPU only where one is used. */
final class PodCheck {
    private static final String GPU = "nvidia.com/gpu";
    private static final Set<String> ON_GPU = Set.of("capture-worker", "trainer");

    private final Manifests manifests;
    private final List<String> problems = new ArrayList<>();

    private PodCheck(Manifests manifests) {
        this.manifests = manifests;
    }

    static List<String> problems(Manifests manifests) {
        PodCheck check = new PodCheck(manifests);
        manifests.workloads().forEach(check::workload);
        manifests.services().forEach(check::service);
        manifests
                .all("Namespace")
                .forEach(namespace -> check.require(
                        namespace,
                        "restricted"
                                .equals(namespace
                                        .at("/metadata/labels/pod-security.kubernetes.io~1enforce")
                                        .asText()),
                        "the namespace does not enforce restricted pods"));
        return check.problems;
    }

    private void require(JsonNode object, boolean holds, String problem) {
        if (!holds) {
            problems.add(title(object) + ": " + problem);
        }
    }

    private void workload(JsonNode workload) {
        JsonNode pod = pod(workload);
        JsonNode security = pod.path("securityContext");
        require(workload, security.path("runAsNonRoot").asBoolean(), "may run as root");
        require(workload, security.path("runAsUser").asInt() > 0, "names no user");
        require(
                workload,
                "RuntimeDefault".equals(security.at("/seccompProfile/type").asText()),
                "no seccomp profile");
        require(
                workload,
                pod.path("automountServiceAccountToken").isBoolean()
                        && !pod.path("automountServiceAccountToken").asBoolean(),
                "mounts an API token");
        require(
                workload,
                pod.path("enableServiceLinks").isBoolean()
                        && !pod.path("enableServiceLinks").asBoolean(),
                "has service links, which look like settings");
        require(workload, !pod.has("hostNetwork") && !pod.has("hostPID") && !pod.has("hostIPC"), "shares the host");
        each(pod.path("volumes"))
                .forEach(volume -> require(
                        workload,
                        !volume.has("hostPath"),
                        "mounts the host's " + volume.path("name").asText()));
        require(workload, pod.path("containers").size() == 1, "has not one container");
        JsonNode container = container(workload);
        JsonNode own = container.path("securityContext");
        require(workload, own.path("readOnlyRootFilesystem").asBoolean(), "may write to its root");
        require(
                workload,
                own.has("allowPrivilegeEscalation")
                        && !own.path("allowPrivilegeEscalation").asBoolean(),
                "may gain privileges");
        require(workload, own.at("/capabilities/drop/0").asText().equals("ALL"), "keeps capabilities");
        require(
                workload,
                each(container.path("volumeMounts"))
                        .anyMatch(mount -> mount.path("mountPath").asText().equals("/tmp")),
                "has no /tmp");
        for (String resource : List.of("cpu", "memory", "ephemeral-storage")) {
            require(workload, container.at("/resources/requests").has(resource), "requests no " + resource);
        }
        require(workload, container.at("/resources/limits").has("memory"), "has no limit on memory");
        image(workload, container.path("image").asText());
        gpu(workload, pod, container);
    }

    private void image(JsonNode workload, String image) {
        String version = image.contains("@") ? image.substring(image.indexOf('@')) : afterLast(image);
        require(workload, !version.isEmpty() && !version.equals(":latest"), "image " + image + " names no version");
    }

    private static String afterLast(String image) {
        int colon = image.indexOf(':', image.lastIndexOf('/') + 1);
        return colon < 0 ? "" : image.substring(colon);
    }

    private void gpu(JsonNode workload, JsonNode pod, JsonNode container) {
        boolean asks = container.at("/resources/limits").has(GPU);
        boolean cuda = container.path("image").asText().contains("-cuda");
        boolean told = manifests.environment(workload).values().stream().anyMatch(value -> value.startsWith("cuda:"));
        boolean placed = pod.path("nodeSelector").has("nvidia.com/gpu.present")
                && each(pod.path("tolerations"))
                        .anyMatch(t -> t.path("key").asText().equals(GPU));
        require(
                workload,
                asks == cuda && asks == told && asks == placed,
                "GPU, CUDA image, CUDA device and node do not go together");
        require(workload, !asks || ON_GPU.contains(name(workload)), "has a GPU and runs neither model nor kernel");
    }

    private void service(JsonNode workload) {
        JsonNode container = container(workload);
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            require(workload, container.has(probe), "has no " + probe);
        }
        require(
                workload,
                container.at("/readinessProbe/httpGet/path").asText().equals("/q/health/ready"),
                "readiness is asked elsewhere");
        for (String probe : List.of("startupProbe", "livenessProbe")) {
            // Started and alive must not depend on Kafka, the store or the database: another start mends none of them.
            require(
                    workload,
                    container.at("/" + probe + "/httpGet/path").asText().equals("/q/health/live"),
                    probe + " does not ask for liveness");
        }
        long grace = pod(workload).path("terminationGracePeriodSeconds").asLong();
        Duration drain = drain(manifests.environment(workload).getOrDefault("CONCORDANCE_SHUTDOWN_DRAIN", "0s"));
        require(
                workload,
                grace >= drain.toSeconds() + 60,
                "is killed " + grace + " s after the signal and drains for " + drain.toSeconds() + " s");
        budget(workload);
    }

    private static Duration drain(String text) {
        return Duration.parse("PT" + text.toUpperCase(java.util.Locale.ROOT));
    }

    private void budget(JsonNode workload) {
        JsonNode budget = manifests
                .all("PodDisruptionBudget")
                .filter(b -> name(b).equals(name(workload)))
                .findFirst()
                .orElse(null);
        require(workload, budget != null, "has no PodDisruptionBudget");
        if (budget != null && budget.path("spec").has("minAvailable")) {
            int replicas = workload.path("spec").path("replicas").asInt(1);
            require(
                    workload,
                    budget.at("/spec/minAvailable").asInt() < replicas,
                    "no node it runs on could ever be drained");
        }
        require(
                workload,
                !kind(workload).equals("Deployment")
                        || workload.at("/spec/strategy/type").asText().equals("RollingUpdate"),
                "is not rolled");
    }
}
