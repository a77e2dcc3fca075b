package io.concordance.cli.dictionary;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Api;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.ListOptions;
import io.concordance.cli.rest.Multipart;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import io.concordance.contracts.dictionary.DictionaryFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

    @Command(name = "export", mixinStandardHelpOptions = true, description = "Write a finished dictionary to a folder.")
    void export(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "DIR") Path folder,
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "sae_lens",
                            converter = DictionaryFormat.Names.class,
                            description =
                                    "sae_lens (the default), sparsify (TopK dictionaries only) or npy (one array a file).")
                    DictionaryFormat format) {
        Api trainer = platform.trainer();
        String expected = trainer.get(RUNS + "/" + id).path("digest").asText();
        inScratch(folder + ": expected a folder that can be written to", scratch -> {
            for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                trainer.download(RUNS + "/" + id + "/export/" + file, scratch.resolve(file));
            }
            String found = DictionaryFiles.digest(scratch);
            if (!found.equals(expected)) {
                throw new CommandFailure("the files have the digest " + found + ", the run has " + expected);
            }
            format.write(scratch, folder);
        });
        System.out.println(expected);
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description =
                    "Take in a dictionary that was trained elsewhere: a folder as SAELens or sparsify write it, or"
                            + " cfg.json of SAELens with a .npy file for each tensor.")
    void take(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "DIR") Path folder,
            @Option(
                            names = "--model",
                            paramLabel = "MODEL",
                            description = "Id or name of the registered model it reads.")
                    @Nullable
                    String model,
            @Option(
                            names = "--hook",
                            paramLabel = "HOOK",
                            description = "Hook point it reads; as its files say when absent.")
                    @Nullable
                    String hook,
            @Option(
                            names = "--job",
                            paramLabel = "ID",
                            description = "Capture jobs to measure it on; all learning jobs of the model at the hook"
                                    + " when absent.")
                    @Nullable
                    List<String> jobs,
            @Option(names = "--name", paramLabel = "NAME", description = "What to call the run.") @Nullable
                    String name) {
        Path config = folder.resolve(DictionaryFiles.CONFIG);
        if (!Files.isRegularFile(config)) {
            throw new CommandFailure(config + ": expected the configuration of a dictionary");
        }
        String id = model == null ? null : ModelIds.find(platform.capture(), model);
        inScratch(folder + ": expected a folder with the weights of a dictionary", scratch -> {
            Path weights = DictionaryFormat.weights(folder, scratch);
            Map<String, String> fields = new TreeMap<>();
            put(fields, "model", id);
            put(fields, "hook", hook);
            put(fields, "name", name);
            Multipart body = new Multipart();
            fields.forEach(body::field);
            for (String job : jobs == null ? List.<String>of() : jobs) {
                body.field("jobs", job);
            }
            body.file("config", config).file("weights", weights);
            Output.print(platform.trainer().upload(RUNS + "/imports", body.contentType(), body::body));
        });
    }

    private static void put(Map<String, String> fields, String field, @Nullable String value) {
        if (value != null) {
            fields.put(field, value);
        }
    }

    private interface Work {
        void in(Path scratch) throws IOException;
    }

    private static void inScratch(String expected, Work work) {
        try {
            Path scratch = Files.createTempDirectory("concordance-dictionary-");
            try {
                work.in(scratch);
            } finally {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(scratch)) {
                    for (Path file : files) {
                        Files.delete(file);
                    }
                }
                Files.delete(scratch);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure(expected + " (" + e.getMessage() + ")", e);
        }
    }
}
