package io.concordance.bench.scale;

import io.concordance.contracts.event.Topics;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Transactions and batches as the services make them, alone on a running PostgreSQL and Kafka, in a schema of their own. */
final class Probes implements AutoCloseable {
    /** Nobody listens to it, and the platform is thrown away afterwards. */
    private static final String TOPIC = Topics.DIRECTIONS_FOUND;

    private static final int RECORD_BYTES = 2000;
    private static final int CLIENTS = 8;
    private static final int WARM_UP = 30;

    private final StackEndpoints.Postgres postgres;
    private final Connection connection;
    private final KafkaProducer<String, byte[]> producer;

    Probes(StackEndpoints stack) throws SQLException {
        postgres = stack.postgres();
        connection = connect();
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.kafka().bootstrapServers(),
                        "acks",
                        "all",
                        "enable.idempotence",
                        true),
                new StringSerializer(),
                new ByteArraySerializer());
        try (Statement statement = connection.createStatement()) {
            statement.execute("create schema scale_probe");
            statement.execute("create table scale_probe.job (id integer primary key, done bigint not null)");
            statement.execute("create table scale_probe.outbox (id bigint generated always as identity primary key,"
                    + " data text not null)");
            statement.execute("insert into scale_probe.job select id, 0 from generate_series(0, 999) id");
        }
    }

    private Connection connect() throws SQLException {
        Connection opened = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        try (Statement statement = opened.createStatement()) {
            // The embedded server answers before a commit is on disk; others do not.
            statement.execute("set synchronous_commit = on");
        }
        return opened;
    }

    /** Locks a job's row, changes it, adds an event, commits: seconds of each, one after the other. */
    double[] transactions(int count) throws SQLException {
        double[] seconds = new double[count];
        connection.setAutoCommit(false);
        for (int i = -WARM_UP; i < count; i++) {
            long begun = System.nanoTime();
            transaction(connection, 0);
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - begun) / 1e9;
            }
        }
        connection.setAutoCommit(true);
        return seconds;
    }

    /** The same a second, by as many clients as a small pool has, each on a row of its own. */
    double transactionsASecond(double forSeconds) throws SQLException, InterruptedException {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Long>> work = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int row = 1 + client;
                work.add(() -> {
                    long count = 0;
                    try (Connection own = connect()) {
                        own.setAutoCommit(false);
                        long end = System.nanoTime() + (long) (forSeconds * 1e9);
                        for (; System.nanoTime() < end; count++) {
                            transaction(own, row);
                        }
                    }
                    return count;
                });
            }
            long begun = System.nanoTime();
            long all = 0;
            for (Future<Long> client : clients.invokeAll(work)) {
                all += client.get();
            }
            return all / ((System.nanoTime() - begun) / 1e9);
        } catch (ExecutionException e) {
            throw new SQLException(e.getCause());
        }
    }

    private static void transaction(Connection connection, int row) throws SQLException {
        try (PreparedStatement lock =
                        connection.prepareStatement("select done from scale_probe.job where id = ? for update");
                PreparedStatement change =
                        connection.prepareStatement("update scale_probe.job set done = done + 1 where id = ?")) {
            lock.setInt(1, row);
            lock.executeQuery().close();
            change.setInt(1, row);
            change.executeUpdate();
            add(connection, 1);
            connection.commit();
        }
    }

    private static void add(Connection connection, int events) throws SQLException {
        try (PreparedStatement add =
                connection.prepareStatement("insert into scale_probe.outbox (data) values (repeat('x', ?))")) {
            for (int i = 0; i < events; i++) {
                add.setInt(1, RECORD_BYTES);
                add.executeUpdate();
            }
        }
    }

    /** Median seconds that a relay takes for a batch of so many events: read, published, acknowledged, deleted. */
    double batch(int events, int rounds) throws SQLException, IOException, InterruptedException {
        double[] seconds = new double[rounds];
        connection.setAutoCommit(false);
        for (int round = -3; round < rounds; round++) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("truncate scale_probe.outbox");
                add(connection, events);
                connection.commit();
                long begun = System.nanoTime();
                List<Long> ids = new ArrayList<>();
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                try (var rows = statement.executeQuery(
                        "select id, data from scale_probe.outbox order by id limit " + Relay.BATCH)) {
                    while (rows.next()) {
                        ids.add(rows.getLong("id"));
                        sent.add(producer.send(new ProducerRecord<>(
                                TOPIC, "key", rows.getString("data").getBytes(StandardCharsets.UTF_8))));
                    }
                }
                await(sent);
                try (PreparedStatement delete =
                        connection.prepareStatement("delete from scale_probe.outbox where id = any(?)")) {
                    delete.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
                    delete.executeUpdate();
                }
                connection.commit();
                if (round >= 0) {
                    seconds[round] = (System.nanoTime() - begun) / 1e9;
                }
            }
        }
        connection.setAutoCommit(true);
        Arrays.sort(seconds);
        return seconds[rounds / 2];
    }

    /** Records a second that the broker acknowledges. */
    double records(int count) throws IOException, InterruptedException {
        byte[] value = new byte[RECORD_BYTES];
        for (int part = 0; part < 2; part++) {
            long begun = System.nanoTime();
            List<Future<RecordMetadata>> sent = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, Integer.toString(i), value)));
            }
            await(sent);
            if (part == 1) {
                return count / ((System.nanoTime() - begun) / 1e9);
            }
        }
        throw new IllegalStateException();
    }

    private static void await(List<Future<RecordMetadata>> sent) throws IOException, InterruptedException {
        for (Future<RecordMetadata> record : sent) {
            try {
                record.get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }
    }

    @Override
    public void close() throws SQLException {
        producer.close();
        try (connection;
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            statement.execute("drop schema scale_probe cascade");
        }
    }
}
