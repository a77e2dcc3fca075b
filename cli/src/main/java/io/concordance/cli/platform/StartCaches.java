package io.concordance.cli.platform;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.Home;
import io.concordance.local.LocalStackProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Makes the services' start-up caches: starts each once on a local stack of its own and has the JVM keep the classes that
 * it loaded, for the next starts of the same jars by the same JVM.
 *
 * <p>A cache appears whole or not at all; several processes may make them at once, and services run meanwhile.
 */
@Command(name = "start-caches", hidden = true, description = "Make the services' start-up caches. Run after a build.")
final class StartCaches implements Callable<Integer> {

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = Home.path();
        Platform.checkBuilt(home);
        Path data = Files.createTempDirectory("concordance-start-caches");
        try (LocalStackProcess stack = LocalStackProcess.start(data)) {
            for (Service service : Service.values()) {
                make(service, home, data, stack);
            }
        } finally {
            delete(data);
        }
        return 0;
    }

    private static void make(Service service, Path home, Path data, LocalStackProcess stack)
            throws IOException, InterruptedException {
        Path mine = data.resolve(service.module + ".aot");
        List<String> training = service.command(home, List.of("-XX:AOTCacheOutput=" + mine, "-Xlog:aot=off,cds=off"));
        LoneService.start(service, data, stack.endpoints(), training).close();
        if (!Files.exists(mine)) {
            throw new CommandFailure("the JVM has made no start-up cache of " + service.module);
        }
        Path beside = service.cache(home)
                .resolveSibling("app.aot." + ProcessHandle.current().pid());
        try {
            Files.copy(mine, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, service.cache(home), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
