package io.concordance.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.ListOptions;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code concordance audit}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Who did what, when and why.",
        synopsisSubcommandLabel = "COMMAND")
public final class AuditCommand extends Group {
    private static final String AUDIT = "v1/audit";

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List entries, oldest first.")
    void list(@Mixin RunningPlatform platform, @Mixin ListOptions page) {
        Output.list(
                platform.registry().get(AUDIT + page.query()), List.of("id", "at", "who", "action", "subject", "why"));
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Check that no entry was changed, removed or inserted; fails naming the first that does not hold.")
    void verify(
            @Mixin RunningPlatform platform,
            @Option(
                            names = "--noted",
                            paramLabel = "ENTRY=DIGEST",
                            description = "An entry as an earlier check printed it.")
                    @Nullable
                    String noted) {
        JsonNode found = platform.registry().get(AUDIT + "/verification" + query(noted));
        JsonNode broken = found.path("broken");
        if (!broken.isMissingNode()) {
            throw new CommandFailure("audit entry " + broken.path("entry") + " "
                    + broken.path("problem").asText());
        }
        System.out.println(found.path("entries") + " entries hold; note " + found.path("entries") + "="
                + found.path("head").asText());
    }

    static String query(@Nullable String noted) {
        if (noted == null) {
            return "";
        }
        int at = noted.indexOf('=');
        if (at < 1 || !noted.substring(0, at).chars().allMatch(Character::isDigit)) {
            throw new CommandFailure("--noted: given '" + noted + "', expected ENTRY=DIGEST");
        }
        return "?entry=" + noted.substring(0, at) + "&digest=" + noted.substring(at + 1);
    }
}
