package io.concordance.cli;

import java.nio.file.Path;

/** The repository root, where the modules are built; the {@code concordance} script hands it over. */
public final class Home {
    private Home() {}

    /**
     * The absolute root: the system property {@code concordance.home}, else the variable {@code CONCORDANCE_HOME}.
     *
     * @throws CommandFailure if neither is set
     */
    public static Path path() {
        String home = System.getProperty("concordance.home", System.getenv("CONCORDANCE_HOME"));
        if (home == null) {
            throw new CommandFailure("set CONCORDANCE_HOME to the repository root, or run ./concordance");
        }
        return Path.of(home).toAbsolutePath().normalize();
    }
}
