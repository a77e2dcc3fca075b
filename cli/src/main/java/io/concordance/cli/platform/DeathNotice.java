package io.concordance.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the log of a process that died says about why. */
final class DeathNotice {
    private static final String CAUSE = "Caused by: ";
    private static final String OTHER_LAYOUT = "FlywayValidateException";
    private static final int LONGEST = 400;

    private DeathNotice() {}

    /** The reason in one line, and where the rest is. */
    static String of(Path log) throws IOException {
        return Files.exists(log) ? reason(Files.readAllLines(log)) + " (all of it in " + log + ")" : "it wrote no log";
    }

    /**
     * The innermost cause of the last stack trace with the lines of its message, or the last line where there is no stack
     * trace after it.
     */
    static String reason(List<String> log) {
        List<String> lines = log.stream().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return "it said nothing";
        }
        int last = lines.size() - 1;
        if (!isFrame(lines.get(last))) {
            return cut(lines.get(last).strip());
        }
        int cause = last;
        while (cause > 0 && (isFrame(lines.get(cause)) || !lines.get(cause).startsWith(CAUSE))) {
            cause--;
        }
        StringBuilder reason = new StringBuilder();
        for (int i = cause; i <= last && !isFrame(lines.get(i)); i++) {
            reason.append(i == cause ? "" : " ").append(lines.get(i).strip());
        }
        String said = reason.isEmpty() ? "it said nothing" : reason.toString().replaceFirst("^" + CAUSE, "");
        return said.contains(OTHER_LAYOUT)
                ? "its database in this folder was made by another version of the platform; use another folder with"
                        + " --data, or the version that made it: " + cut(said)
                : cut(said);
    }

    private static boolean isFrame(String line) {
        String text = line.strip();
        return text.startsWith("at ") || text.startsWith("... ") || text.startsWith("Suppressed: ");
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
