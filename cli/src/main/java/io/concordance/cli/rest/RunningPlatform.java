package io.concordance.cli.rest;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.platform.DataOption;
import io.concordance.cli.platform.PartStatus;
import io.concordance.cli.platform.Platform;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A platform that already runs, as an option of commands that only talk to it. */
public final class RunningPlatform {
    @Mixin
    private @Nullable DataOption data = new DataOption();

    public Api capture() {
        return service("capture-service");
    }

    public Api trainer() {
        return service("sae-trainer-service");
    }

    public Api autointerp() {
        return service("autointerp-service");
    }

    public Api registry() {
        return service("registry-service");
    }

    /** Base address of the registry, for what speaks to it by itself. */
    public URI registryAddress() {
        return address("registry-service");
    }

    /** {@code host:port} of the Kafka broker. */
    public String kafka() {
        try {
            return StackEndpoints.read(options().path()).kafka().bootstrapServers();
        } catch (IOException e) {
            throw down(e);
        }
    }

    /** The data directory. */
    public DataOption options() {
        return data == null ? new DataOption() : data;
    }

    private Api service(String name) {
        return new Api(name, address(name));
    }

    private URI address(String name) {
        return Platform.status(options().path()).services().stream()
                .filter(part -> part.name().equals(name))
                .map(PartStatus::url)
                .map(URI::create)
                .findFirst()
                .orElseThrow(() -> down(null));
    }

    private CommandFailure down(@Nullable Exception cause) {
        return new CommandFailure(
                "no platform runs on " + options().path() + "; start it with ./concordance up", cause);
    }
}
