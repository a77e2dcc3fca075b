package io.concordance.kit.testing;

import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A Kafka, an S3 server and a PostgreSQL that run for a test, and how to break them. */
interface Parts {
    /** The system property that says of what a test's platform is made, by one of {@link Kind}. */
    String PROPERTY = "concordance.test.parts";

    /** What integration tests can run on; they are the same tests. */
    enum Kind {
        /** Those of {@code deploy/local}, which come with Maven. */
        EMBEDDED,
        /** The same, but with a MinIO server in place of the embedded S3 server. */
        MINIO,
        /** Containers, the services under test included; asks for a Docker engine. */
        CONTAINERS;

        static Kind chosen() {
            String name = System.getProperty(PROPERTY, "embedded");
            try {
                return valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        PROPERTY + " is " + name + "; allowed are embedded, minio, containers", e);
            }
        }
    }

    /** Starts what was chosen, with its data in {@code dataDir}, and waits until all of it answers. */
    static Parts start(Path dataDir) throws IOException {
        return switch (Kind.chosen()) {
            case EMBEDDED -> EmbeddedParts.start(dataDir);
            case MINIO -> MinioParts.start(dataDir);
            case CONTAINERS -> ContainerParts.start(dataDir);
        };
    }

    /** The same from {@link #startAgain} on as before. */
    StackEndpoints endpoints();

    /** Ends Kafka and the S3 server as {@code kill -9} would; PostgreSQL lives on. */
    void killKafkaAndObjectStore() throws IOException;

    /** Starts what was killed, on its data and its ports, and PostgreSQL anew. */
    void startAgain() throws IOException;

    /** Ends everything. */
    void close() throws IOException;
}
