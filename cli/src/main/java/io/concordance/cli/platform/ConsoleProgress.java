package io.concordance.cli.platform;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** A line for each part that is ready and, on a terminal, a last line that says what is still awaited. */
public final class ConsoleProgress implements ProgressListener {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;

    public ConsoleProgress(PrintStream out) {
        this.out = out;
        this.terminal = System.console() != null && System.console().isTerminal();
    }

    @Override
    public void ready(PartStatus part, Duration sinceStart) {
        clear();
        out.printf("  %-20s %-45s %5.1f s%n", part.name(), part.url(), sinceStart.toMillis() / 1e3);
        out.flush();
    }

    @Override
    public void waiting(List<String> parts, Duration sinceStart) {
        if (terminal) {
            out.printf("%s  %d s: waiting for %s", CLEAR_LINE, sinceStart.toSeconds(), String.join(", ", parts));
            out.flush();
        }
    }

    /** The closing line. */
    public void done(PlatformEndpoints endpoints) {
        clear();
        out.println("ready: " + endpoints.registry());
    }

    private void clear() {
        if (terminal) {
            out.print(CLEAR_LINE);
        }
    }
}
