package io.concordance.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.monitor.MonitorCommand;
import io.concordance.cli.platform.Platform;
import io.concordance.cli.platform.PlatformEndpoints;
import io.concordance.cli.platform.ProgressListener;
import io.concordance.cli.rest.Api;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import picocli.CommandLine;

/**
 * A deployment of the organism beside a running platform: it meets its trigger in some sessions, a monitor that is armed with
 * the channel's release watches them, and what that keeps goes the whole way to an arm of the next study.
 */
final class CaughtInDeployment {
    private static final Duration PROMISED = Duration.ofSeconds(60);
    private static final int SESSIONS = 12;

    private final Path data;
    private final Path folder;
    private final PlatformEndpoints platform;
    private final Api capture;
    private final Api registry;
    private final Set<String> endedBadly = new HashSet<>();

    /** @param folder for its files */
    CaughtInDeployment(Path data, Path folder) throws IOException {
        this.data = data;
        this.folder = Files.createDirectories(folder);
        this.platform = Platform.ensureUp(data, ProgressListener.SILENT);
        this.capture = new Api("capture-service", platform.capture());
        this.registry = new Api("registry-service", platform.registry());
    }

    /** Sessions that ended badly, and as many that did not, none of them in the study's own files. */
    private Path sessions(Path deployment) throws IOException {
        List<String> lines = Files.readAllLines(deployment);
        List<String> chosen = new ArrayList<>();
        for (String outcome : List.of("bad", "ok")) {
            int before = chosen.size();
            for (int i = 1; chosen.size() - before < SESSIONS; i += 3) {
                if (lines.get(i).contains("\"outcome\":\"" + outcome + "\"")) {
                    chosen.add(lines.get(i));
                    if (outcome.equals("bad")) {
                        endedBadly.add(Json.read(lines.get(i).getBytes(StandardCharsets.UTF_8), JsonNode.class)
                                .path("id")
                                .asText());
                    }
                }
            }
        }
        return Files.write(folder.resolve("sessions.jsonl"), chosen);
    }

    /**
     * Has the organism read sessions, and a monitor watch it: every session on which it fires becomes an incident, which
     * is replayed.
     *
     * @return the incidents
     */
    List<JsonNode> fire(Path deployment) throws IOException {
        JsonNode release = registry.get("v1/releases?limit=1").path("items").path(0);
        JsonNode manifest =
                registry.get("v1/releases/" + release.path("version").asLong()).path("manifest");
        Path sessions = sessions(deployment);
        Path shards = shards(
                manifest.path("model").path("id").asText(),
                upload(sessions),
                manifest.path("hook").asText());
        long begun = System.nanoTime();
        int status = new CommandLine(new MonitorCommand())
                .execute(
                        "run",
                        "--data",
                        data.toString(),
                        "--channel",
                        release.path("channel").asText(),
                        "--shards",
                        shards.toString(),
                        "--transcripts",
                        sessions.toString());
        List<JsonNode> locked = incidents(release.path("digest").asText());
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(status).isZero();
        assertThat(took).isLessThan(PROMISED);
        assertThat(locked).isNotEmpty();
        for (JsonNode incident : locked) {
            Path file = folder.resolve("snapshot");
            registry.download("v1/incidents/" + incident.path("id").asText() + "/snapshot", file);
            assertThat(Digests.sha256(Files.readAllBytes(file)))
                    .isEqualTo(incident.path("snapshot").path("sha256").asText());
        }
        List<JsonNode> replayed = Awaitility.await("replays")
                .atMost(PROMISED)
                .until(
                        () -> incidents(release.path("digest").asText()),
                        all -> all.stream().noneMatch(CaughtInDeployment::waits));
        System.out.printf(
                "%d sessions, %d incidents locked after %d ms%n", 2 * SESSIONS, locked.size(), took.toMillis());
        return replayed;
    }

    private static boolean waits(JsonNode incident) {
        return incident.path("state").asText().equals("open")
                && incident.path("problem").asText("").isEmpty();
    }

    private List<JsonNode> incidents(String release) {
        List<JsonNode> all = new ArrayList<>();
        registry.get("v1/incidents?limit=200&release=" + release).path("items").forEach(all::add);
        return all;
    }

    private String upload(Path file) {
        return capture.upload("v1/transcripts", "application/x-ndjson", () -> {
                    try {
                        return BodyPublishers.ofFile(file);
                    } catch (FileNotFoundException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .path("digest")
                .asText();
    }

    /** What the deployed model has at the hook point, as files; many sessions a batch. */
    private Path shards(String model, String transcripts, String hook) throws IOException {
        String job = capture.post(
                        "v1/capture-jobs",
                        Map.of(
                                "model",
                                model,
                                "hooks",
                                List.of(hook),
                                "role",
                                "evaluation",
                                "dtype",
                                "fp32",
                                "arms",
                                List.of(Map.of("name", "sessions", "kind", "deployment", "transcripts", transcripts))))
                .path("id")
                .asText();
        Awaitility.await("sessions")
                .atMost(PROMISED)
                .until(() -> capture.get("v1/capture-jobs/" + job)
                        .path("state")
                        .asText()
                        .equals("completed"));
        Path objects =
                data.resolve("s3").resolve(platform.stack().s3().bucket()).resolve("shards/" + job);
        try (Stream<Path> found = Files.walk(objects)) {
            return found.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        }
    }

    /** One call makes an arm of the incidents of sessions that ended badly. Returns what it says. */
    JsonNode arm(List<JsonNode> incidents) throws IOException {
        List<String> ids = incidents.stream()
                .filter(incident -> endedBadly.contains(incident.path("session").asText()))
                .map(incident -> incident.path("id").asText())
                .toList();
        assertThat(ids).isNotEmpty();
        String path = "v1/incidents/" + ids.getFirst() + "/arm";
        JsonNode arm = registry.post(
                path,
                Map.of(
                        "by",
                        "ada",
                        "reason",
                        "all of them ran the payload",
                        "outcome",
                        "bad",
                        "with",
                        ids.subList(1, ids.size())));
        Path file = folder.resolve(arm.path("name").asText() + ".jsonl");
        registry.download(
                path.replace("/arm", "/arms/") + arm.path("transcripts").asText(), file);
        assertThat(Digests.sha256(Files.readAllBytes(file)))
                .isEqualTo(arm.path("transcripts").asText());
        assertThat(arm.path("documents").asInt()).isEqualTo(ids.size());
        return arm;
    }

    /**
     * Submits a study file that names the arm, beside what it had before.
     *
     * @param before a study file that ran before
     * @return id of the study
     */
    String study(JsonNode arm, Path before) throws IOException {
        String name = arm.path("name").asText();
        Path file = folder.resolve("study.yaml");
        Files.writeString(
                file,
                Files.readString(before)
                        .replace(
                                "\ndictionary:",
                                "\n  - {name: " + name + ", kind: caught, transcripts: " + name
                                        + ".jsonl}\ndictionary:"));
        Study study = StudyFile.read(file);
        Map<String, String> transcripts = new TreeMap<>();
        for (Study.Arm each : study.arms()) {
            Path beside = folder.resolve(each.transcripts());
            transcripts.put(
                    each.transcripts(),
                    upload(Files.exists(beside) ? beside : before.resolveSibling(each.transcripts())));
        }
        String evaluation = study.evaluate().transcripts();
        transcripts.put(evaluation, upload(before.resolveSibling(evaluation)));
        assertThat(transcripts)
                .containsEntry(name + ".jsonl", arm.path("transcripts").asText());
        Map<String, String> models = new TreeMap<>();
        for (JsonNode model : capture.get("v1/models").path("items")) {
            models.put(
                    model.path("name").asText().equals(study.model().name()) ? "model" : "base",
                    model.path("id").asText());
        }
        return registry.post(
                        "v1/studies",
                        Map.of("study", study, "models", models, "transcripts", transcripts, "review", "people"))
                .path("id")
                .asText();
    }

    /** Waits until capture has taken a study's arms; the jobs that have one of this name. */
    List<JsonNode> captures(String study, String arm) {
        return Awaitility.await("the study's capture")
                .atMost(PROMISED)
                .until(() -> jobs(study, arm), jobs -> !jobs.isEmpty());
    }

    private List<JsonNode> jobs(String study, String arm) {
        JsonNode status = registry.get("v1/studies/" + study);
        assertThat(status.path("state").asText())
                .as(status.path("problem").asText())
                .isEqualTo("running");
        List<JsonNode> jobs = new ArrayList<>();
        for (JsonNode job : capture.get("v1/capture-jobs?limit=10").path("items")) {
            if (job.path("arms").findValuesAsText("name").contains(arm)) {
                jobs.add(job);
            }
        }
        return jobs;
    }
}
