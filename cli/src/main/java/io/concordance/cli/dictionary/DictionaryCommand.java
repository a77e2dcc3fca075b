package io.concordance.cli.dictionary;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Api;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.ListOptions;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import io.concordance.contracts.dictionary.DictionaryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code concordance dictionary}. */
@Command(
        name = "dictionary",
        mixinStandardHelpOptions = true,
        description = "Dictionary runs.",
        synopsisSubcommandLabel = "COMMAND")
public final class DictionaryCommand extends Group {
    private static final String RUNS = "v1/dictionaries";

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List runs.")
    void list(@Mixin RunningPlatform platform, @Mixin ListOptions page) {
        Output.list(
                platform.trainer().get(RUNS + page.query()),
                List.of("id", "name", "state", "step", "steps", "metrics.fvu", "digest"));
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show a run.")
    void show(@Mixin RunningPlatform platform, @Parameters(paramLabel = "ID") String id) {
        Output.print(platform.trainer().get(RUNS + "/" + id));
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write a finished dictionary to a folder, in the layout that SAELens loads.")
    void export(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "DIR") Path folder) {
        Api trainer = platform.trainer();
        String expected = trainer.get(RUNS + "/" + id).path("digest").asText();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CommandFailure(folder + ": expected a folder that can be written to", e);
        }
        for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            trainer.download(RUNS + "/" + id + "/export/" + file, folder.resolve(file));
        }
        String found = DictionaryFiles.digest(folder);
        if (!found.equals(expected)) {
            throw new CommandFailure("the files have the digest " + found + ", the run has " + expected);
        }
        System.out.println(found);
    }
}
