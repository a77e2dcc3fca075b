package io.concordance.registry;

import io.concordance.kit.store.ObjectStore;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * What {@code docs/operations.md} says to keep: every row of a schema as of one moment, then every object. {@code COPY} in one
 * snapshot stands for {@code pg_dump}, which the embedded PostgreSQL comes without; the schema itself is made by the
 * service's migrations.
 */
record Backup(Path folder, String schema) {
    private static final int MOST = 100_000;
    private static final String OCTETS = "application/octet-stream";

    void dump(StackEndpoints.Postgres from) throws SQLException, IOException {
        Path rows = Files.createDirectories(folder.resolve("rows"));
        try (Connection connection = connect(from)) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            for (String table : tables(connection)) {
                try (OutputStream out = Files.newOutputStream(rows.resolve(table))) {
                    copies(connection).copyOut("copy " + schema + "." + table + " to stdout", out);
                }
            }
            Files.write(
                    folder.resolve("sequences"),
                    strings(
                            connection,
                            "select format('select setval(%L, %s)', schemaname || '.' || sequencename, last_value)"
                                    + " from pg_sequences where last_value is not null and schemaname = '" + schema
                                    + "'"));
        }
    }

    void copyObjects(ObjectStore from) throws IOException {
        Path objects = Files.createDirectories(folder.resolve("objects"));
        for (String key : from.keys("", MOST)) {
            Files.write(objects.resolve(name(key)), from.get(key, Integer.MAX_VALUE - 8));
        }
    }

    /** @param to a database whose schema is migrated, and that nobody uses */
    void restore(StackEndpoints.Postgres to, ObjectStore objects) throws SQLException, IOException {
        try (Stream<Path> files = Files.list(folder.resolve("objects"))) {
            for (Path file : files.toList()) {
                objects.putIfAbsent(key(file.getFileName().toString()), Files.readAllBytes(file), OCTETS);
            }
        }
        try (Connection connection = connect(to);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // No triggers and no foreign keys while rows are loaded, as pg_restore --disable-triggers.
            statement.execute("set session_replication_role = replica");
            for (String table : tables(connection)) {
                statement.execute("truncate " + schema + "." + table + " cascade");
            }
            for (String table : tables(connection)) {
                try (InputStream in =
                        Files.newInputStream(folder.resolve("rows").resolve(table))) {
                    copies(connection).copyIn("copy " + schema + "." + table + " from stdin", in);
                }
            }
            for (String sequence : Files.readAllLines(folder.resolve("sequences"))) {
                statement.execute(sequence);
            }
            connection.commit();
        }
    }

    private static Connection connect(StackEndpoints.Postgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    private static CopyManager copies(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    private List<String> tables(Connection connection) throws SQLException {
        return strings(
                connection,
                "select table_name from information_schema.tables where table_schema = '" + schema
                        + "' and table_type = 'BASE TABLE' and table_name <> 'flyway_schema_history' order by 1");
    }

    private static List<String> strings(Connection connection, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private static String name(String key) {
        return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String key(String name) {
        return new String(Base64.getUrlDecoder().decode(name), StandardCharsets.UTF_8);
    }
}
