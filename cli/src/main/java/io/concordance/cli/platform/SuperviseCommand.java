package io.concordance.cli.platform;

import io.concordance.cli.Home;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The process behind {@code concordance up}; it runs until it gets SIGTERM. */
@Command(name = "supervise", hidden = true, description = "Own the platform's processes. Started by 'up'.")
final class SuperviseCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--base-port")
    private int basePort;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Supervisor> supervisor = Supervisor.start(Home.path(), data.path(), basePort);
        if (supervisor.isEmpty()) {
            return Supervisor.NOT_ALONE;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(supervisor.get()::close, "stop"));
        Thread.currentThread().join();
        return 0;
    }
}
