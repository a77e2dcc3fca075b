package io.concordance.cli.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Paging of list commands. */
public final class ListOptions {
    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "Most items (default 20).")
    private int limit = 20;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where the page before ended.")
    private @Nullable String cursor;

    /** The query of a list request, with its question mark. */
    public String query() {
        String from = cursor;
        return "?limit=" + limit + (from == null ? "" : "&cursor=" + URLEncoder.encode(from, StandardCharsets.UTF_8));
    }
}
