package io.concordance.cli.study;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

/** What standard output is connected to. */
final class Terminal {
    private static final int USUAL_WIDTH = 80;

    private Terminal() {}

    static boolean isThere() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Columns of the terminal, or 80 when it does not say. */
    static int width() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (Scanner size = new Scanner(stty.getInputStream(), StandardCharsets.UTF_8)) {
                size.nextInt();
                int columns = size.nextInt();
                return columns > 0 ? columns : USUAL_WIDTH;
            }
        } catch (IOException | java.util.NoSuchElementException e) {
            return USUAL_WIDTH;
        }
    }
}
