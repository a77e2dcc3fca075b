package io.concordance.cli.key;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.ListOptions;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code concordance key}. */
@Command(
        name = "key",
        mixinStandardHelpOptions = true,
        description = "API keys of monitors.",
        synopsisSubcommandLabel = "COMMAND")
public final class KeyCommand extends Group {
    private static final String KEYS = "v1/keys";
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{12}");

    @Command(
            name = "make",
            mixinStandardHelpOptions = true,
            description = "Make a key for a monitor and print it: it is shown this once.")
    void make(@Mixin RunningPlatform platform, @Parameters(paramLabel = "NAME") String name) {
        JsonNode made = platform.registry().post(KEYS, Map.of("name", name));
        System.out.println(made.path("secret").asText());
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List keys, newest first, without what is secret.")
    void list(@Mixin RunningPlatform platform, @Mixin ListOptions page) {
        Output.list(
                platform.registry().get(KEYS + page.query()),
                List.of("prefix", "name", "createdBy", "createdAt", "revokedBy", "revokedAt"));
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Revoke the key of this prefix, from the next request on.")
    void revoke(@Mixin RunningPlatform platform, @Parameters(paramLabel = "PREFIX") String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new CommandFailure(
                    "PREFIX: given '" + prefix + "', expected the 12 hex digits that 'key list' shows");
        }
        Output.print(platform.registry().delete(KEYS + "/" + prefix));
    }
}
