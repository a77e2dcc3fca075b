package io.concordance.kit.testing;

import io.concordance.local.LocalStackProcess;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.file.Path;

/** The local platform's own parts. */
final class EmbeddedParts implements Parts {
    private final Path dataDir;
    private LocalStackProcess stack;

    private EmbeddedParts(Path dataDir, LocalStackProcess stack) {
        this.dataDir = dataDir;
        this.stack = stack;
    }

    static EmbeddedParts start(Path dataDir) throws IOException {
        return new EmbeddedParts(dataDir, LocalStackProcess.start(dataDir));
    }

    @Override
    public StackEndpoints endpoints() {
        return stack.endpoints();
    }

    @Override
    public void killKafkaAndObjectStore() {
        stack.killHard();
    }

    @Override
    public void startAgain() throws IOException {
        stack = LocalStackProcess.start(dataDir);
    }

    @Override
    public void close() throws IOException {
        stack.close();
    }
}
