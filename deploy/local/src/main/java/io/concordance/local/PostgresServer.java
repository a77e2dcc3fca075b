package io.concordance.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

/**
 * PostgreSQL with fsync on, reachable over loopback by password only. It is a process of its own: when this JVM is
 * killed it lives on, and the next start on the same directory stops it first ({@link OrphanedPostgres}).
 */
final class PostgresServer implements AutoCloseable {
    static final String USER = "postgres";
    static final String DATABASE = "concordance";

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts on {@code directory}, creating the cluster and the database when missing.
     *
     * @param binaries where the PostgreSQL programs are unpacked, shared by all stacks of a user
     */
    static PostgresServer start(Path directory, Path binaries, int port, String password)
            throws IOException, SQLException {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(directory.toAbsolutePath())
                .setOverrideWorkingDirectory(binaries.toFile())
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("shared_buffers", "32MB")
                .setServerConfig("max_connections", "200")
                // The library would otherwise switch them off; what was committed is to outlive a kill of PostgreSQL
                // too.
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .setConnectConfig("password", password)
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
        PostgresServer started = new PostgresServer(server);
        try {
            started.secure(directory, password);
        } catch (IOException | SQLException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** A new cluster trusts every local user; it gets a password first, then the rule that asks for it. */
    private void secure(Path directory, String password) throws IOException, SQLException {
        Path rules = directory.resolve("pg_hba.conf");
        String wanted = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n";
        try (Connection connection =
                        server.getPostgresDatabase(Map.of("password", password)).getConnection();
                Statement statement = connection.createStatement()) {
            if (!Files.readString(rules).equals(wanted)) {
                statement.execute("ALTER USER " + USER + " PASSWORD '" + password + "'");
                PrivateFiles.write(rules, wanted);
                statement.execute("SELECT pg_reload_conf()");
            }
            try (ResultSet found =
                    statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + DATABASE);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
