package io.concordance.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java class behind {@link AskedProcess}, in a JVM with the class path of this one. */
public final class JvmPeer extends AskedProcess {
    private JvmPeer(Process process, Path log) throws IOException {
        super(process, log);
    }

    /** @param flags of the JVM, such as its heap */
    public static JvmPeer start(Class<?> main, List<String> flags, List<String> arguments, Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new JvmPeer(launch(command, log), log);
    }
}
