package io.concordance.cli.study;

import io.concordance.cli.platform.DataOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that runs a study. */
public final class RunOptions {
    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--report", paramLabel = "FILE", description = "Write the report as JSON.")
    private @Nullable Path report;

    @Option(names = "--exit", description = "Stop the platform at the end.")
    private boolean exit;

    @Option(names = "--seed", paramLabel = "N", description = "Dictionary seed, in place of the study file's.")
    private @Nullable Long seed;

    @Option(
            names = "--review",
            paramLabel = "MODE",
            defaultValue = "stand-in",
            description = "Who reviews the candidates: stand-in (two automatic reviewers, marked as such) or people"
                    + " (the study waits). Default: ${DEFAULT-VALUE}.")
    private String review = "stand-in";

    public StudyRunner.Options options() {
        return new StudyRunner.Options(data.path(), report, exit, seed, review);
    }
}
