package io.concordance.cli.platform;

import java.util.List;

/** The commands of this package. */
public final class PlatformCommands {
    private PlatformCommands() {}

    public static List<Object> all() {
        return List.of(
                new UpCommand(), new DownCommand(), new StatusCommand(), new SuperviseCommand(), new StartCaches());
    }
}
