package io.concordance.cli.platform;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The platform's four services, each a module of this repository and a JVM of its own. */
enum Service {
    /**
     * With thresholds of the optimising compiler at four times the JVM's own: what only a start runs through is left alone,
     * what is asked for again and again is still compiled.
     */
    REGISTRY(
            "registry-service",
            "CONCORDANCE_REGISTRY_URL",
            0,
            "-Xmx512m",
            List.of(
                    "-XX:Tier4InvocationThreshold=20000",
                    "-XX:Tier4MinInvocationThreshold=2400",
                    "-XX:Tier4CompileThreshold=60000",
                    "-XX:Tier4BackEdgeThreshold=160000")),
    CAPTURE("capture-service", "CONCORDANCE_CAPTURE_URL", 1, "-Xmx1g", List.of()),
    TRAINER("sae-trainer-service", "CONCORDANCE_TRAINER_URL", 2, "-Xmx1500m", List.of()),
    AUTOINTERP("autointerp-service", "CONCORDANCE_AUTOINTERP_URL", 3, "-Xmx1g", List.of());

    /** Name of the module, of the log file and of the entry in {@code status}. */
    final String module;

    /** Variable under which the other services find this one. */
    final String urlVariable;

    /** Distance from the base port, where one is given. */
    final int portOffset;

    private final String heap;
    private final List<String> flags;

    Service(String module, String urlVariable, int portOffset, String heap, List<String> flags) {
        this.module = module;
        this.urlVariable = urlVariable;
        this.portOffset = portOffset;
        this.heap = heap;
        this.flags = flags;
    }

    Path jar(Path home) {
        return home.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }

    List<String> command(Path home) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add(heap);
        command.addAll(flags);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--add-modules=jdk.incubator.vector");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-jar");
        command.add(jar(home).toString());
        return command;
    }
}
