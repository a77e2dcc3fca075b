package io.concordance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a running stack answers and with which credentials. {@code DIR/stack.json} holds exactly this.
 *
 * @param pid process id of the JVM that runs Kafka and S3 and owns PostgreSQL
 */
public record StackEndpoints(long pid, Kafka kafka, S3 s3, Postgres postgres) {

    /** Name of the file in the data directory that carries these endpoints while the stack is up. */
    static final String FILE = "stack.json";

    /** A plaintext Kafka listener; {@code bootstrapServers} is {@code host:port}. */
    public record Kafka(String bootstrapServers) {}

    /** An S3 endpoint with a bucket that already exists. */
    public record S3(String endpoint, String accessKey, String secretKey, String bucket) {}

    /** A database that already exists; the user owns it. */
    public record Postgres(String jdbcUrl, String user, String password) {}

    /**
     * Reads the endpoints that a stack left in {@code dataDir}. The file alone does not mean that the stack is alive.
     *
     * @throws IOException if there is no such file or it is not one that a stack writes
     */
    public static StackEndpoints read(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE);
        try {
            return fromJson(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    void write(Path dataDir) throws IOException {
        PrivateFiles.write(dataDir.resolve(FILE), toJson());
    }

    String toJson() {
        Map<String, Object> kafkaNode = new LinkedHashMap<>();
        kafkaNode.put("bootstrapServers", kafka.bootstrapServers());
        Map<String, Object> s3Node = new LinkedHashMap<>();
        s3Node.put("endpoint", s3.endpoint());
        s3Node.put("accessKey", s3.accessKey());
        s3Node.put("secretKey", s3.secretKey());
        s3Node.put("bucket", s3.bucket());
        Map<String, Object> postgresNode = new LinkedHashMap<>();
        postgresNode.put("jdbcUrl", postgres.jdbcUrl());
        postgresNode.put("user", postgres.user());
        postgresNode.put("password", postgres.password());
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("pid", pid);
        root.put("kafka", kafkaNode);
        root.put("s3", s3Node);
        root.put("postgres", postgresNode);
        return FlatJson.write(root);
    }

    static StackEndpoints fromJson(String json) {
        Map<String, String> fields = FlatJson.read(json);
        return new StackEndpoints(
                Long.parseLong(field(fields, "pid")),
                new Kafka(field(fields, "kafka.bootstrapServers")),
                new S3(
                        field(fields, "s3.endpoint"),
                        field(fields, "s3.accessKey"),
                        field(fields, "s3.secretKey"),
                        field(fields, "s3.bucket")),
                new Postgres(
                        field(fields, "postgres.jdbcUrl"),
                        field(fields, "postgres.user"),
                        field(fields, "postgres.password")));
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("field " + name + " is missing");
        }
        return value;
    }
}
