package io.concordance.cli.platform;

import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** The classes of a start as the JVM keeps them, if {@link StartCaches} has run since the build. */
    Path cache(Path home) {
        return jar(home).resolveSibling("app.aot");
    }

    /** How the supervisor starts it: with its cache where there is one. A JVM ignores a cache that is not of its jars. */
    List<String> command(Path home) {
        Path cache = cache(home);
        return command(
                home, Files.exists(cache) ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off,cds=off") : List.of());
    }

    List<String> command(Path home, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        // Begins with a small heap: the JVM's own choice, a 64th of the machine's memory, would soon be resident.
        command.add("-Xms48m");
        command.add(heap);
        command.addAll(flags);
        command.addAll(more);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--add-modules=jdk.incubator.vector");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-jar");
        command.add(jar(home).toString());
        return command;
    }

    /**
     * What it is told by its environment.
     *
     * @param data the platform's folder; the service gets one of its own in it
     * @param urls of all services
     */
    Map<String, String> environment(Path data, int port, StackEndpoints stack, Map<Service, String> urls)
            throws IOException {
        Path own = Files.createDirectories(data.resolve("services").resolve(module));
        Map<String, String> environment = new HashMap<>();
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", stack.kafka().bootstrapServers());
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", stack.postgres().jdbcUrl());
        environment.put("QUARKUS_DATASOURCE_USERNAME", stack.postgres().user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", stack.postgres().password());
        environment.put("CONCORDANCE_S3_ENDPOINT", stack.s3().endpoint());
        environment.put("CONCORDANCE_S3_ACCESS_KEY", stack.s3().accessKey());
        environment.put("CONCORDANCE_S3_SECRET_KEY", stack.s3().secretKey());
        environment.put("CONCORDANCE_S3_BUCKET", stack.s3().bucket());
        urls.forEach((other, url) -> environment.put(other.urlVariable, url));
        environment.put("CONCORDANCE_DATA_DIR", own.toString());
        environment.put("OPT_OUT_TRACKING", "true");
        return environment;
    }
}
