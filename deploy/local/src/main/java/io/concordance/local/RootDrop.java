package io.concordance.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How to run the stack for root, as whom PostgreSQL refuses to run. Where user namespaces are allowed, the PostgreSQL
 * launcher makes one and nothing is needed here. Where they are not, as in most containers, the whole stack runs as
 * {@code nobody}, who keeps the right to write where root may. The data directory must still lie where everybody may pass,
 * because some checks ignore that right.
 */
final class RootDrop {
    private static final List<String> NOBODY = List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override");

    private RootDrop() {}

    /** Puts the change of user in front of the stack's command; leaves an ordinary user's alone. */
    static void apply(ProcessBuilder stack) throws IOException {
        if (!"root".equals(System.getProperty("user.name")) || succeeds(List.of("unshare", "-U", "true"))) {
            return;
        }
        stack.command().addAll(0, NOBODY);
        // PostgreSQL checks its own programs with access(2), which ignores the kept right: not below root's home.
        stack.environment()
                .put(
                        "XDG_CACHE_HOME",
                        Path.of(System.getProperty("java.io.tmpdir"), "concordance-nobody")
                                .toString());
    }

    private static boolean succeeds(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
