package io.concordance.kit.testing;

import io.concordance.kit.store.ObjectStore;
import io.concordance.local.PortBook;
import io.concordance.local.StackEndpoints;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * The embedded Kafka and PostgreSQL, and a MinIO server as a process beside them. The system property {@code
 * concordance.test.minio} is the path of its program.
 */
final class MinioParts implements Parts {
    private static final String PROGRAM = "concordance.test.minio";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BUCKET = "concordance";
    /** Ends the server once the shell's input ends, which it does with this process, however that ends. */
    private static final String TIED = "\"$@\" & cat > /dev/null; kill -9 $!; wait";

    private final EmbeddedParts others;
    private final Path dataDir;
    private final StackEndpoints.S3 s3;
    private Process server;

    private MinioParts(EmbeddedParts others, Path dataDir, StackEndpoints.S3 s3, Process server) {
        this.others = others;
        this.dataDir = dataDir;
        this.s3 = s3;
        this.server = server;
    }

    static MinioParts start(Path dataDir) throws IOException {
        EmbeddedParts others = EmbeddedParts.start(dataDir);
        PortBook ports = PortBook.open(dataDir.resolve("minio.ports"));
        int port = ports.choose("minio", 0);
        ports.save();
        StackEndpoints.S3 embedded = others.endpoints().s3();
        StackEndpoints.S3 s3 =
                new StackEndpoints.S3("http://127.0.0.1:" + port, embedded.accessKey(), embedded.secretKey(), BUCKET);
        return new MinioParts(others, dataDir, s3, serve(dataDir, s3));
    }

    private static Process serve(Path dataDir, StackEndpoints.S3 s3) throws IOException {
        String program = System.getProperty(PROGRAM, "");
        if (!Files.isExecutable(Path.of(program))) {
            throw new IOException(PROGRAM + " is '" + program + "'; allowed is the path of a MinIO server");
        }
        String address = s3.endpoint().substring("http://".length());
        File log = dataDir.resolve("logs/minio.log").toFile();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        TIED,
                        "sh",
                        program,
                        "server",
                        Files.createDirectories(dataDir.resolve("minio")).toString(),
                        "--address",
                        address))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().put("MINIO_ROOT_USER", s3.accessKey());
        builder.environment().put("MINIO_ROOT_PASSWORD", s3.secretKey());
        builder.environment().put("MINIO_BROWSER", "off");
        builder.environment().put("MINIO_UPDATE", "off");
        Process server = builder.start();
        Awaitility.await("MinIO, see " + log)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> {
                    ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket());
                    return true;
                });
        return server;
    }

    @Override
    public StackEndpoints endpoints() {
        StackEndpoints embedded = others.endpoints();
        return new StackEndpoints(embedded.pid(), embedded.kafka(), s3, embedded.postgres());
    }

    @Override
    public void killKafkaAndObjectStore() throws IOException {
        others.killKafkaAndObjectStore();
        killServer();
    }

    private void killServer() throws IOException {
        server.getOutputStream().close();
        server.onExit().join();
    }

    @Override
    public void startAgain() throws IOException {
        others.startAgain();
        server = serve(dataDir, s3);
    }

    @Override
    public void close() throws IOException {
        killServer();
        others.close();
    }
}
