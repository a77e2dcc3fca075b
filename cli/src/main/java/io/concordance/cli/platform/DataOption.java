package io.concordance.cli.platform;

import io.concordance.cli.Home;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --data DIR}, the same on every command that touches the platform. */
public final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the platform keeps its data (default: $CONCORDANCE_DATA, else .concordance in the"
                    + " repository).")
    private @Nullable Path directory;

    /** The chosen directory, absolute. */
    public Path path() {
        Path chosen = directory;
        if (chosen == null) {
            String variable = System.getenv("CONCORDANCE_DATA");
            chosen = variable == null || variable.isBlank() ? Home.path().resolve(".concordance") : Path.of(variable);
        }
        return chosen.toAbsolutePath().normalize();
    }
}
