package io.concordance.cli.platform;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.Home;
import io.concordance.local.StackEndpoints;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The local platform on one data directory. It belongs to no process: whoever calls {@link #ensureUp} first starts it,
 * and it runs until {@link #down}.
 */
public final class Platform {
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(90);

    /** A part that has died this often without ever answering is broken, not slow. */
    private static final int HOPELESS_RESTARTS = 3;

    private Platform() {}

    /**
     * Returns once every part answers, starting what is not there. Safe to call from several processes at once.
     *
     * @param data the platform's directory, made if missing
     * @throws CommandFailure if a module is not built, or a part dies again and again or does not answer in five
     *     minutes; a platform that this call started has then been stopped again
     */
    public static PlatformEndpoints ensureUp(Path data, ProgressListener progress) {
        return ensureUp(data, 0, progress);
    }

    /** As {@link #ensureUp(Path, ProgressListener)}, with fixed ports from {@code basePort} on unless that is 0. */
    static PlatformEndpoints ensureUp(Path data, int basePort, ProgressListener progress) {
        Path directory = data.toAbsolutePath().normalize();
        Process mine = null;
        try {
            if (supervisor(directory).isEmpty()) {
                mine = startSupervisor(directory, basePort);
            } else {
                checkPorts(directory, basePort);
            }
            return awaitReady(directory, mine, progress);
        } catch (IOException e) {
            throw new CommandFailure("the platform does not start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted while the platform was starting", e);
        } catch (CommandFailure e) {
            if (mine != null) {
                down(directory);
            }
            throw e;
        }
    }

    /**
     * Stops everything that runs on {@code data} and returns when every process has ended. Data stays.
     *
     * @return false if nothing was running
     */
    public static boolean down(Path data) {
        Path directory = data.toAbsolutePath().normalize();
        try {
            Optional<PlatformState> state = PlatformState.read(directory);
            if (state.isEmpty()) {
                return false;
            }
            boolean ran = state.get().supervisor().running().isPresent()
                    || state.get().processes().stream()
                            .anyMatch(process -> process.running().isPresent());
            state.get().supervisor().stop(STOP_PATIENCE);
            Leftovers.stop(directory);
            return ran;
        } catch (IOException e) {
            throw new CommandFailure("the platform does not stop: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted while the platform was stopping", e);
        }
    }

    /** What runs on {@code data} at this moment, asked of each part itself. Parts whose process is gone are left out. */
    public static PlatformStatus status(Path data) {
        Optional<PlatformState> state = PlatformState.read(data.toAbsolutePath().normalize());
        if (state.isEmpty()) {
            return new PlatformStatus(List.of(), List.of());
        }
        boolean supervised = state.get().supervisor().running().isPresent();
        return new PlatformStatus(
                state.get().services().stream()
                        .filter(part -> supervised || runs(part))
                        .map(part -> part.withReady(runs(part) && LiveChecks.serviceIsReady(part.url())))
                        .toList(),
                state.get().infra().stream()
                        .filter(part -> supervised || runs(part))
                        .map(part -> part.withReady(runs(part) && LiveChecks.accepts(part.url())))
                        .toList());
    }

    private static boolean runs(PartStatus part) {
        return part.pid() != 0
                && ProcessHandle.of(part.pid()).filter(ProcessRef::runs).isPresent();
    }

    private static Optional<ProcessHandle> supervisor(Path data) {
        return PlatformState.read(data).flatMap(state -> state.supervisor().running());
    }

    private static void checkPorts(Path data, int basePort) {
        if (basePort == 0) {
            return;
        }
        for (PartStatus part :
                PlatformState.read(data).map(PlatformState::services).orElse(List.of())) {
            for (Service service : Service.values()) {
                if (part.name().equals(service.module)
                        && URI.create(part.url()).getPort() != basePort + service.portOffset) {
                    throw new CommandFailure("the platform already runs on other ports (" + part.name() + " at "
                            + part.url() + "); stop it first");
                }
            }
        }
    }

    static void checkBuilt(Path home) {
        for (Service service : Service.values()) {
            if (!Files.exists(service.jar(home))) {
                throw new CommandFailure(service.module + " is not built: " + service.jar(home) + " is missing");
            }
        }
    }

    private static Process startSupervisor(Path data, int basePort) throws IOException {
        Path home = Home.path();
        checkBuilt(home);
        Files.createDirectories(data.resolve("logs"));
        List<String> command = new ArrayList<>(detached());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dconcordance.home=" + home,
                "-cp",
                ownClasspath(data),
                "io.concordance.cli.Concordance",
                "supervise",
                "--data",
                data.toString(),
                "--base-port",
                Integer.toString(basePort)));
        return new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("logs/supervisor.log").toFile()))
                .start();
    }

    /** Closing the terminal, or Ctrl-C in it later, must not reach the supervisor. */
    private static List<String> detached() {
        for (String program : List.of("setsid", "nohup")) {
            for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
                if (Files.isExecutable(Path.of(directory, program))) {
                    return List.of(program);
                }
            }
        }
        return List.of();
    }

    /** A copy of this command's jars: a rebuild replaces the originals, and the supervisor lives through many. */
    private static String ownClasspath(Path data) throws IOException {
        Path copies = Files.createDirectories(data.resolve("run/cli"));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path original = Path.of(entry).toAbsolutePath();
            if (Files.isRegularFile(original)) {
                Path copy = copies.resolve(original.getFileName());
                Path temporary = copies.resolve(original.getFileName() + ".tmp");
                Files.copy(original, temporary, StandardCopyOption.REPLACE_EXISTING);
                Files.move(temporary, copy, StandardCopyOption.REPLACE_EXISTING);
                entries.add(copy.toString());
            } else {
                entries.add(original.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    static PlatformEndpoints awaitReady(Path data, @Nullable Process mine, ProgressListener progress)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Set<String> reported = new HashSet<>();
        while (true) {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
            Optional<PlatformState> state = PlatformState.read(data)
                    .filter(found -> found.supervisor().running().isPresent());
            List<String> missing = missing(state, reported, progress, elapsed);
            if (missing.isEmpty() && state.isPresent()) {
                return endpoints(data, state.get());
            }
            progress.waiting(missing, elapsed);
            failIfHopeless(data, state, missing, elapsed);
            if (mine == null) {
                Thread.sleep(100);
                if (state.isEmpty()) {
                    throw new CommandFailure("the supervisor is gone; its log is " + log(data, "supervisor"));
                }
            } else if (mine.waitFor(100, TimeUnit.MILLISECONDS)) {
                if (mine.exitValue() == Supervisor.NOT_ALONE) {
                    awaitOther(data);
                    mine = null;
                } else {
                    throw new CommandFailure("the supervisor ended with status " + mine.exitValue() + ": "
                            + DeathNotice.of(log(data, "supervisor")));
                }
            }
        }
    }

    /** Another process was first; its supervisor writes its state right after it has taken charge. */
    private static void awaitOther(Path data) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (supervisor(data).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
    }

    private static List<String> missing(
            Optional<PlatformState> state, Set<String> reported, ProgressListener progress, Duration elapsed) {
        List<String> missing = new ArrayList<>(List.of("kafka", "s3", "postgres"));
        for (Service service : Service.values()) {
            missing.add(service.module);
        }
        state.ifPresent(known -> {
            for (PartStatus part : known.parts()) {
                if (part.ready()) {
                    missing.remove(part.name());
                    if (reported.add(part.name())) {
                        progress.ready(part, elapsed);
                    }
                }
            }
        });
        return missing;
    }

    private static void failIfHopeless(Path data, Optional<PlatformState> state, List<String> missing, Duration elapsed)
            throws IOException {
        for (PartStatus part : state.map(PlatformState::services).orElse(List.of())) {
            if (!part.ready() && part.restarts() >= HOPELESS_RESTARTS) {
                throw new CommandFailure(
                        part.name() + " dies as often as it is started: " + DeathNotice.of(log(data, part.name())));
            }
        }
        if (state.filter(known -> known.infra().isEmpty() && known.infraRestarts() >= HOPELESS_RESTARTS)
                .isPresent()) {
            throw new CommandFailure("the infrastructure does not start: " + complaint(log(data, "stack")));
        }
        if (elapsed.compareTo(START_PATIENCE) > 0) {
            throw new CommandFailure("no answer in " + START_PATIENCE.toMinutes() + " minutes from "
                    + String.join(", ", missing) + "; logs are in " + data.resolve("logs"));
        }
    }

    private static PlatformEndpoints endpoints(Path data, PlatformState state) throws IOException {
        return new PlatformEndpoints(
                url(state, Service.REGISTRY),
                url(state, Service.CAPTURE),
                url(state, Service.TRAINER),
                url(state, Service.AUTOINTERP),
                StackEndpoints.read(data));
    }

    private static URI url(PlatformState state, Service service) {
        return state.services().stream()
                .filter(part -> part.name().equals(service.module))
                .map(part -> URI.create(part.url()))
                .findFirst()
                .orElseThrow();
    }

    private static Path log(Path data, String part) {
        return data.resolve("logs").resolve(part + ".log");
    }

    /** What the stack last said went wrong; the stack trace below it is for the log. */
    private static String complaint(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "it wrote no log";
        }
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("local stack: "))
                .reduce((earlier, later) -> later)
                .map(line -> line.substring("local stack: ".length()) + " (more in " + log + ")")
                .orElse("see " + log);
    }
}
