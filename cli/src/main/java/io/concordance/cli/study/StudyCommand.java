package io.concordance.cli.study;

import io.concordance.cli.rest.Group;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code concordance study}. */
@Command(
        name = "study",
        mixinStandardHelpOptions = true,
        description = "Studies: one file from question to report.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = StudyCommand.Run.class)
public final class StudyCommand extends Group {

    /** {@code concordance study run}. */
    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Run a study on the local platform, which is started if needed, or on another, and print its"
                    + " report.")
    static final class Run implements Callable<Integer> {
        @Parameters(paramLabel = "STUDY.yaml", description = "The study file; its paths are relative to it.")
        private @Nullable Path file;

        @ArgGroup(exclusive = false)
        private @Nullable Elsewhere elsewhere;

        @Mixin
        private RunOptions options = new RunOptions();

        /** A platform that is up, such as the one of the compose file. */
        private static final class Elsewhere {
            @Option(
                    names = "--registry",
                    required = true,
                    paramLabel = "URL",
                    description = "The registry of a platform that is up elsewhere, in place of the local one.")
            private @Nullable URI registry;

            @Option(names = "--capture", required = true, paramLabel = "URL", description = "Its capture service.")
            private @Nullable URI capture;
        }

        @Override
        public Integer call() {
            if (file != null) {
                StudyRunner runner = new StudyRunner(System.out);
                if (elsewhere != null && elsewhere.registry != null && elsewhere.capture != null) {
                    runner.run(file, elsewhere.registry, elsewhere.capture, options.options());
                } else {
                    runner.run(file, options.options());
                }
            }
            return 0;
        }
    }
}
