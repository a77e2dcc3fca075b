package io.concordance.cli.study;

import io.concordance.cli.rest.Group;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            description = "Run a study on the local platform, which is started if needed, and print its report.")
    static final class Run implements Callable<Integer> {
        @Parameters(paramLabel = "STUDY.yaml", description = "The study file; its paths are relative to it.")
        private @Nullable Path file;

        @Mixin
        private RunOptions options = new RunOptions();

        @Override
        public Integer call() {
            if (file != null) {
                new StudyRunner(System.out).run(file, options.options());
            }
            return 0;
        }
    }
}
