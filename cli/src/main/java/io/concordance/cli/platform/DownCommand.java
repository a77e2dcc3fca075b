package io.concordance.cli.platform;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code concordance down}. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stop the local platform and wait until it has stopped. Its data stays.")
final class DownCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Override
    public Integer call() {
        System.out.println(Platform.down(data.path()) ? "stopped" : "nothing was running");
        return 0;
    }
}
