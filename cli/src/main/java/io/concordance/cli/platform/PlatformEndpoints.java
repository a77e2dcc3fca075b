package io.concordance.cli.platform;

import io.concordance.local.StackEndpoints;
import java.net.URI;

/** Where a running platform answers: the services' base addresses and the infrastructure under them. */
public record PlatformEndpoints(URI registry, URI capture, URI trainer, URI autointerp, StackEndpoints stack) {}
