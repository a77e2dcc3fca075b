package io.concordance.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.Concordance;
import io.concordance.cli.Home;
import io.concordance.cli.platform.PartStatus;
import io.concordance.cli.platform.Platform;
import io.concordance.cli.platform.ProgressListener;
import io.concordance.cli.study.StudyRunner;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Runs a third of the bundled study twice, sent by its form and by the command; the second time services die and are restarted in the middle.
 * Between them people judge what the first one found, a monitor fires on it in deployment, and every page is looked at.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {
    private static final Path FOLDER = Home.path().resolve("cli/target/demo-it").toAbsolutePath();
    private static final Path CALM = FOLDER.resolve("calm");
    private static final Path STORMY = FOLDER.resolve("stormy");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String NO_BROWSER = "not run: no Chromium here (-Dconcordance.chromium=PATH names one)";

    private static StudyReport calm;
    private static JsonNode caught;

    @BeforeAll
    static void copyTheStudy() throws IOException {
        delete(FOLDER);
        Path demo = Home.path().resolve("demo");
        Path study = Files.createDirectories(FOLDER.resolve("study"));
        for (String file : List.of("model.onnx", "base.onnx", "tokenizer.json")) {
            Files.copy(demo.resolve(file), study.resolve(file));
        }
        for (String file : List.of("benign.jsonl", "off_policy.jsonl", "deployment.jsonl")) {
            List<String> lines = Files.readAllLines(demo.resolve(file));
            List<String> third = IntStream.range(0, lines.size())
                    .filter(line -> line % 3 == 0)
                    .mapToObj(lines::get)
                    .toList();
            Files.write(study.resolve(file), third);
        }
        String yaml = Files.readString(demo.resolve("study.yaml"));
        Files.writeString(study.resolve("study.yaml"), yaml.replaceAll("tokens: *\\d+", "tokens: 300000"));
    }

    @AfterAll
    static void stop() {
        Platform.down(CALM);
        Platform.down(STORMY);
    }

    private static StudyReport run(Path data) {
        Path report = data.resolveSibling(data.getFileName() + ".json");
        return new StudyRunner(System.out)
                .run(
                        FOLDER.resolve("study/study.yaml"),
                        new StudyRunner.Options(data, report, false, null, "stand-in"));
    }

    @Test
    @Order(1)
    void theBundledStudyIsSentAndWatchedToAReportWithARowForEveryArmKind() throws Exception {
        Platform.ensureUp(CALM, ProgressListener.SILENT);
        try (PeopleAtWork people = people()) {
            calm = people.see()
                    ? Json.mapper()
                            .convertValue(
                                    people.watch(people.send(FOLDER.resolve("study/study.yaml"))), StudyReport.class)
                    : run(CALM);
        }

        assertThat(calm.strategies())
                .extracting(StrategyResult::arm)
                .containsExactly("benign", "off-policy", "base-model", "random-direction");
        assertThat(calm.strategies()).allSatisfy(strategy -> {
            assertThat(strategy.recall()).isBetween(0d, 1d);
            assertThat(strategy.falsePositiveRate()).isBetween(0d, 1d);
            assertThat(strategy.recallBeforeAction()).isBetween(0d, strategy.recall());
        });
        long transcripts =
                Files.readAllLines(FOLDER.resolve("study/deployment.jsonl")).size();
        assertThat(calm.monitor()).isNotNull();
        assertThat(calm.monitor().recall()).isBetween(0d, 1d);
        assertThat(calm.monitor().falsePositiveRate()).isBetween(0d, 0.05);
        assertThat(calm.monitor().sessions()).isEqualTo(calm.release() == null ? 0 : transcripts);
        assertThat(calm.dictionary().fvu()).isBetween(0d, 0.5);
    }

    @Test
    @Order(2)
    void peopleJudgeAndReleaseWhatItFound() throws IOException, InterruptedException {
        try (PeopleAtWork people = people()) {
            assumeTrue(people.see(), NO_BROWSER);
            people.judgeAndRelease();
        }
    }

    @Test
    @Order(3)
    void sessionsOnWhichTheArmedMonitorFiresAreReplayedAndMakeAnArm() throws IOException {
        CaughtInDeployment deployment = new CaughtInDeployment(CALM, FOLDER.resolve("deployment"));
        List<JsonNode> incidents = deployment.fire(Home.path().resolve("demo/deployment.jsonl"));

        assertThat(incidents).allSatisfy(incident -> {
            assertThat(incident.path("state").asText()).as(incident.toString()).isEqualTo("replayed");
            assertThat(incident.path("replay").path("captured").asInt())
                    .isEqualTo(incident.path("tokens").asInt());
            assertThat(incident.path("replay").path("relative").asDouble()).isBetween(0d, 1e-4);
            assertThat(incident.path("evaluated")).isEqualTo(incident.path("rules"));
        });
        caught = deployment.arm(incidents);
        assertThat(caught.path("kind").asText()).isEqualTo("caught");
    }

    @Test
    @Order(4)
    void peopleCanReadEveryPage() throws IOException, InterruptedException {
        try (PeopleAtWork people = people()) {
            assumeTrue(people.see(), NO_BROWSER);
            people.seeArmed("concordance-cli");
            assertThat(people.readEverything()).isEmpty();
        }
    }

    @Test
    @Order(5)
    void keysAreMadeAndRevokedAndNothingWasPutAside() {
        String key = command("key", "make", "gateway").strip();
        assertThat(key).matches("cck_[0-9a-f]{12}_[0-9a-f]{64}");
        String prefix = key.substring(4, 16);
        assertThat(command("key", "list")).contains(prefix, "gateway").doesNotContain(key.substring(17));
        assertThat(command("key", "revoke", prefix)).contains("revokedAt");
        assertThat(command("dead-letters", "list", "--state", "all").lines())
                .as("dead letters of a calm study")
                .hasSize(1);
    }

    private static String command(String... arguments) {
        List<String> call = new ArrayList<>(List.of(arguments));
        call.addAll(List.of("--data", CALM.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            int status = Concordance.commandLine().execute(call.toArray(String[]::new));
            assertThat(status).as(String.join(" ", call)).isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    @Order(6)
    void theNextStudyLearnsFromTheArm() throws IOException {
        assertThat(caught).as("the arm that was made before").isNotNull();
        try {
            CaughtInDeployment deployment = new CaughtInDeployment(CALM, FOLDER.resolve("deployment"));
            String study = deployment.study(caught, FOLDER.resolve("study/study.yaml"));

            assertThat(deployment.captures(study, caught.path("name").asText()))
                    .singleElement()
                    .satisfies(job -> assertThat(job.path("role").asText()).isEqualTo("learning"));
        } finally {
            Platform.down(CALM);
        }
    }

    private static PeopleAtWork people() throws IOException {
        return new PeopleAtWork(
                URI.create(part(CALM, "registry-service").url()), Home.path().resolve("cli/target/screens"));
    }

    @Test
    @Order(7)
    void withServicesKilledAndAllRestartedInTheMiddleItFindsTheSame() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        StudyReport stormy;
        try (ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<StudyReport> running = CompletableFuture.supplyAsync(() -> run(STORMY), background);
            await(running, "capture", 0.3);
            kill(random);
            await(running, "capture", 0.5);
            restartEachInTurn(running);
            await(running, "dictionary", 0.4);
            kill(random);
            stormy = running.get();
        }

        assertThat(Json.read(Files.readAllBytes(FOLDER.resolve("stormy.json")), StudyReport.class))
                .isEqualTo(stormy);
        assertThat(stormy.dictionary().digest()).isEqualTo(calm.dictionary().digest());
        assertThat(stormy.strategies()).isEqualTo(calm.strategies());
        assertThat(stormy.features())
                .extracting(FeatureResult::id)
                .isEqualTo(calm.features().stream().map(FeatureResult::id).toList());
        assertThat(stormy.monitor()).isEqualTo(calm.monitor());
    }

    /** Waits until a stage has done a share of its work. */
    private static void await(CompletableFuture<?> running, String stage, double share) {
        Awaitility.await("stage " + stage)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> running.isDone() || share(stage) >= share);
        assertThat(running)
                .as("the study, which ended before its " + stage + " could be hit")
                .isNotDone();
    }

    private static double share(String name) throws IOException, InterruptedException {
        for (JsonNode stage : studies().path("items").path(0).path("stages")) {
            if (stage.path("name").asText().equals(name)) {
                long total = stage.path("total").asLong();
                return total == 0 ? 0 : (double) stage.path("done").asLong() / total;
            }
        }
        return 0;
    }

    private static JsonNode studies() throws IOException, InterruptedException {
        URI registry = URI.create(part(STORMY, "registry-service").url() + "/v1/studies");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return Json.mapper()
                    .readTree(http.send(HttpRequest.newBuilder(registry).build(), BodyHandlers.ofByteArray())
                            .body());
        }
    }

    private static PartStatus part(Path data, String name) {
        return Platform.status(data).services().stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void kill(Random random) {
        List<PartStatus> services = Platform.status(STORMY).services();
        PartStatus victim = services.get(random.nextInt(services.size()));
        System.out.println("kill -9 " + victim.name() + " (" + victim.pid() + ")");
        ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly();
    }

    /** A rolling restart: each is told to end, and the next one's turn comes when it is back and ready. */
    private static void restartEachInTurn(CompletableFuture<?> running) {
        for (PartStatus service : Platform.status(STORMY).services()) {
            Awaitility.await(service.name() + " before its restart")
                    .atMost(PATIENCE)
                    .until(() -> part(STORMY, service.name()).ready());
            PartStatus before = part(STORMY, service.name());
            assertThat(running)
                    .as("the study, before " + service.name() + " was restarted")
                    .isNotDone();
            ProcessHandle.of(before.pid()).orElseThrow().destroy();
            Awaitility.await(service.name() + " after its restart")
                    .atMost(PATIENCE)
                    .until(() -> part(STORMY, service.name()).ready()
                            && part(STORMY, service.name()).pid() != before.pid());
            System.out.println("restarted " + service.name());
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
