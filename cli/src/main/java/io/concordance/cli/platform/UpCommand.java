package io.concordance.cli.platform;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code concordance up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Start the local platform, or find it running, and print where it answers.")
final class UpCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DataOption data = new DataOption();

    @Option(
            names = "--base-port",
            paramLabel = "N",
            description = "Fixed ports: registry N, capture N+1, trainer N+2, autointerp N+3, kafka N+10, s3 N+11,"
                    + " postgres N+12 (default: free ports, kept from start to start).")
    private int basePort;

    @Option(names = "--foreground", description = "Stay, and stop the platform on Ctrl-C.")
    private boolean foreground;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (spec != null && basePort != 0 && (basePort < 1024 || basePort > 65535 - 12)) {
            throw new ParameterException(
                    spec.commandLine(), "--base-port is " + basePort + "; allowed are 1024 to " + (65535 - 12));
        }
        Path directory = data.path();
        ConsoleProgress progress = new ConsoleProgress(System.out);
        if (foreground) {
            return stay(directory, progress);
        }
        progress.done(Platform.ensureUp(directory, basePort, progress));
        return 0;
    }

    private int stay(Path directory, ConsoleProgress progress) throws IOException, InterruptedException {
        Platform.checkBuilt(Home.path());
        Supervisor supervisor = Supervisor.start(Home.path(), directory, basePort)
                .orElseThrow(() -> new CommandFailure("the platform already runs on " + directory));
        Runtime.getRuntime().addShutdownHook(new Thread(supervisor::close, "stop"));
        progress.done(Platform.awaitReady(directory, null, progress));
        Thread.currentThread().join();
        return 0;
    }
}
