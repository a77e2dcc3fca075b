package io.concordance.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.cli.CommandFailure;
import io.concordance.local.LocalStackProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformIT {

    @TempDir
    static Path home;

    @TempDir
    static Path data;

    @TempDir
    Path ownData;

    private static final String REAL_HOME = System.getProperty("concordance.home");

    @BeforeAll
    static void up() throws IOException {
        System.setProperty(
                "concordance.home", FakeHome.create(home, Path.of(REAL_HOME)).toString());
        Platform.ensureUp(data, ProgressListener.SILENT);
    }

    @AfterAll
    static void down() {
        Platform.down(data);
        System.setProperty("concordance.home", REAL_HOME);
    }

    @Test
    void everyPartIsReportedReadyWithItsProcessAndAddress() {
        PlatformStatus status = Platform.status(data);

        assertThat(status.services())
                .extracting(PartStatus::name)
                .containsExactly("registry-service", "capture-service", "sae-trainer-service", "autointerp-service");
        assertThat(status.infra()).extracting(PartStatus::name).containsExactly("kafka", "s3", "postgres");
        assertThat(parts(status)).allSatisfy(part -> {
            assertThat(part.ready()).as(part.name()).isTrue();
            assertThat(isRunning(part.pid())).as(part.name()).isTrue();
            assertThat(URI.create(part.url()).getHost()).as(part.name()).isEqualTo("127.0.0.1");
        });
    }

    @Test
    void aServiceIsToldWhereEverythingIs() throws Exception {
        PlatformEndpoints endpoints = Platform.ensureUp(data, ProgressListener.SILENT);

        Map<String, String> expected = Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", endpoints.stack().kafka().bootstrapServers(),
                "QUARKUS_DATASOURCE_JDBC_URL", endpoints.stack().postgres().jdbcUrl(),
                "QUARKUS_DATASOURCE_PASSWORD", endpoints.stack().postgres().password(),
                "CONCORDANCE_S3_ENDPOINT", endpoints.stack().s3().endpoint(),
                "CONCORDANCE_S3_SECRET_KEY", endpoints.stack().s3().secretKey(),
                "CONCORDANCE_REGISTRY_URL", endpoints.registry().toString(),
                "CONCORDANCE_TRAINER_URL", endpoints.trainer().toString(),
                "CONCORDANCE_AUTOINTERP_URL", endpoints.autointerp().toString(),
                "CONCORDANCE_DATA_DIR", data.resolve("services/capture-service").toString());
        for (Map.Entry<String, String> variable : expected.entrySet()) {
            try (var in = endpoints
                    .capture()
                    .resolve("/env/" + variable.getKey())
                    .toURL()
                    .openStream()) {
                assertThat(new String(in.readAllBytes())).as(variable.getKey()).isEqualTo(variable.getValue());
            }
        }
    }

    @Test
    void upOnARunningPlatformFindsItAsItIs() {
        Map<String, Long> before = pids(Platform.status(data));

        PlatformEndpoints first = Platform.ensureUp(data, ProgressListener.SILENT);
        PlatformEndpoints second = Platform.ensureUp(data, ProgressListener.SILENT);

        assertThat(second).isEqualTo(first);
        assertThat(pids(Platform.status(data))).isEqualTo(before);
    }

    @Test
    void aKilledServiceComesBackOnItsPort() {
        PartStatus before = part("sae-trainer-service");

        kill(before.pid());

        await(() -> part("sae-trainer-service").ready()
                && part("sae-trainer-service").pid() != before.pid());
        assertThat(part("sae-trainer-service").url()).isEqualTo(before.url());
        assertThat(part("sae-trainer-service").restarts()).isEqualTo(before.restarts() + 1);
    }

    @Test
    void aServiceThatSaysItIsNotAliveIsStartedAgain() throws Exception {
        PartStatus before = part("autointerp-service");

        URI.create(before.url() + "/break").toURL().openStream().close();

        await(() ->
                part("autointerp-service").ready() && part("autointerp-service").pid() != before.pid());
        assertThat(part("autointerp-service").url()).isEqualTo(before.url());
    }

    @Test
    void killedInfrastructureComesBackOnItsPortsAndTheServicesStay() {
        PlatformStatus before = Platform.status(data);

        for (String victim : List.of("kafka", "postgres")) {
            long pid = part(victim).pid();
            kill(pid);
            await(() -> part(victim).pid() != pid
                    && Platform.status(data).infra().stream().allMatch(PartStatus::ready));
        }

        PlatformStatus after = Platform.status(data);
        assertThat(after.infra())
                .extracting(PartStatus::url)
                .containsExactlyElementsOf(
                        before.infra().stream().map(PartStatus::url).toList());
        assertThat(after.services())
                .extracting(PartStatus::pid)
                .containsExactlyElementsOf(
                        before.services().stream().map(PartStatus::pid).toList());
    }

    @Test
    void afterAKilledSupervisorTheNextUpReplacesWhatItLeftRunning() throws Exception {
        Map<String, Long> before = pids(Platform.status(data));
        PlatformEndpoints endpoints = Platform.ensureUp(data, ProgressListener.SILENT);
        kill(PlatformState.read(data).orElseThrow().supervisor().pid());

        assertThat(Platform.ensureUp(data, ProgressListener.SILENT).registry()).isEqualTo(endpoints.registry());

        assertThat(before.values()).noneMatch(PlatformIT::isRunning);
        assertThat(parts(Platform.status(data))).allMatch(PartStatus::ready);
    }

    @Test
    void downLeavesNoProcessBehindAndTheNextUpKeepsThePorts() throws Exception {
        PlatformEndpoints first = Platform.ensureUp(ownData, ProgressListener.SILENT);
        List<Long> pids = new ArrayList<>(pids(Platform.status(ownData)).values());
        pids.add(PlatformState.read(ownData).orElseThrow().supervisor().pid());

        assertThat(Platform.down(ownData)).isTrue();

        assertThat(pids).noneMatch(PlatformIT::isRunning);
        assertThat(Platform.status(ownData).isDown()).isTrue();
        assertThat(LocalStackProcess.postgres(ownData)).isEmpty();
        try {
            PlatformEndpoints second = Platform.ensureUp(ownData, ProgressListener.SILENT);
            assertThat(second.registry()).isEqualTo(first.registry());
            assertThat(second.stack().kafka()).isEqualTo(first.stack().kafka());
        } finally {
            Platform.down(ownData);
        }
    }

    @Test
    void aServiceThatCannotStartFailsTheStartByNameAndLeavesNothingRunning() throws Exception {
        FakeHome.putService(home, Service.AUTOINTERP, "no.such.Main");
        try {
            assertThatThrownBy(() -> Platform.ensureUp(ownData, ProgressListener.SILENT))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("autointerp-service")
                    .hasMessageContaining("no.such.Main");
            assertThat(Platform.status(ownData).isDown()).isTrue();
            assertThat(LocalStackProcess.postgres(ownData)).isEmpty();
        } finally {
            FakeHome.putService(home, Service.AUTOINTERP, FakeService.class.getName());
        }
    }

    private static PartStatus part(String name) {
        return parts(Platform.status(data)).stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<PartStatus> parts(PlatformStatus status) {
        List<PartStatus> parts = new ArrayList<>(status.infra());
        parts.addAll(status.services());
        return parts;
    }

    private static Map<String, Long> pids(PlatformStatus status) {
        return parts(status).stream().collect(Collectors.toMap(PartStatus::name, PartStatus::pid));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await(() -> !isRunning(pid));
    }

    private static boolean isRunning(long pid) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isPresent() && ProcessRef.runs(process.get());
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 90 seconds").isLessThan(deadline);
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
