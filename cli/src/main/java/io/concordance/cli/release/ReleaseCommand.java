package io.concordance.cli.release;

import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.ListOptions;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code concordance release}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Published releases.",
        synopsisSubcommandLabel = "COMMAND")
public final class ReleaseCommand extends Group {
    private static final String RELEASES = "v1/releases";

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List releases, newest first.")
    void list(@Mixin RunningPlatform platform, @Mixin ListOptions page) {
        Output.list(
                platform.registry().get(RELEASES + page.query()),
                List.of("version", "channel", "digest", "createdAt", "expiresAt"));
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show a release.")
    void show(@Mixin RunningPlatform platform, @Parameters(paramLabel = "VERSION") long version) {
        Output.print(platform.registry().get(RELEASES + "/" + version));
    }

    @Command(name = "diff", mixinStandardHelpOptions = true, description = "Show what one release says otherwise.")
    void diff(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "FROM") long from,
            @Parameters(paramLabel = "TO") long to) {
        Output.print(platform.registry().get(RELEASES + "/" + from + "/diff/" + to));
    }

    @Command(
            name = "evidence",
            mixinStandardHelpOptions = true,
            description = "Save everything that a release rests on as a zip file.")
    void evidence(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "VERSION") long version,
            @Parameters(paramLabel = "FILE") Path file) {
        platform.registry().download(RELEASES + "/" + version + "/evidence.zip", file);
    }
}
