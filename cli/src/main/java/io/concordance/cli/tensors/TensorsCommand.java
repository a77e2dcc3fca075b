package io.concordance.cli.tensors;

import io.concordance.cli.rest.Group;
import io.concordance.contracts.tensor.NpyFolder;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code concordance tensors}: shards, checkpoints and dictionaries for whoever reads NumPy files. Needs no platform. */
@Command(
        name = "tensors",
        mixinStandardHelpOptions = true,
        description = "Tensor files.",
        synopsisSubcommandLabel = "COMMAND")
public final class TensorsCommand extends Group {

    @Command(
            name = "npy",
            mixinStandardHelpOptions = true,
            description = "Write every tensor of a safetensors file (a shard, a dictionary) to DIR/NAME.npy.")
    void npy(@Parameters(paramLabel = "FILE.safetensors") Path file, @Parameters(paramLabel = "DIR") Path folder) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            NpyFolder.write(tensors, folder);
        }
    }

    @Command(
            name = "safetensors",
            mixinStandardHelpOptions = true,
            description = "Write the arrays DIR/*.npy to one safetensors file.")
    void safetensors(
            @Parameters(paramLabel = "DIR") Path folder, @Parameters(paramLabel = "FILE.safetensors") Path file) {
        NpyFolder.read(folder).write(file);
    }
}
