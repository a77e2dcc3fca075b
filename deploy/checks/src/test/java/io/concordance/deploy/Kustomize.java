package io.concordance.deploy;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Builds overlays with {@code kustomize}, or the one inside {@code kubectl}, whichever is on the path. */
final class Kustomize {
    private static final Map<String, Manifests> BUILT = new ConcurrentHashMap<>();

    private Kustomize() {}

    /** How it is called here, or empty where neither is installed. */
    static Optional<List<String>> command() {
        return Stream.of(List.of("kustomize", "build"), List.of("kubectl", "kustomize"))
                .filter(command -> isOnPath(command.getFirst()))
                .findFirst();
    }

    static Manifests overlay(String name) {
        return BUILT.computeIfAbsent(
                name,
                n -> new Manifests(
                        n, Repository.documents(build(Repository.ROOT.resolve("deploy/kubernetes/overlays/" + n)))));
    }

    private static String build(Path folder) {
        List<String> command = Stream.concat(command().orElseThrow().stream(), Stream.of(folder.toString()))
                .toList();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " ended with " + process.exitValue());
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
