package io.concordance.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.Result;
import io.minio.messages.Item;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStackIT {

    private static final TopicPartition FACTS = new TopicPartition("facts", 0);
    private static final String KEY_THAT_ENDS_IN_A_UUID = "run-" + UUID.randomUUID();

    @TempDir
    static Path sharedDir;

    static LocalStackProcess shared;

    @TempDir
    Path dataDir;

    @BeforeAll
    static void startShared() throws IOException {
        shared = LocalStackProcess.start(sharedDir);
    }

    @AfterAll
    static void stopShared() throws IOException {
        if (shared != null) {
            shared.close();
        }
    }

    @Test
    void everythingWrittenBeforeAKillIsThereAfterTheRestart() throws Exception {
        StackEndpoints before;
        Path partial = dataDir.resolve("s3/concordance/shards/a.safetensors-" + UUID.randomUUID());
        try (LocalStackProcess stack = LocalStackProcess.start(dataDir)) {
            before = stack.endpoints();
            try (Admin admin =
                    Admin.create(Map.of("bootstrap.servers", before.kafka().bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(FACTS.topic(), 1, (short) 1)))
                        .all()
                        .get();
            }
            send(before, "written before");
            put(before, "shards/a.safetensors", "tensor");
            put(before, KEY_THAT_ENDS_IN_A_UUID, "checkpoint");
            sql(before, "CREATE TABLE job (name text)");
            sql(before, "INSERT INTO job VALUES ('capture')");
            Files.writeString(partial, "ten");
            stack.killHard();

            try (LocalStackProcess again = LocalStackProcess.start(dataDir)) {
                StackEndpoints after = again.endpoints();
                assertThat(after.kafka()).isEqualTo(before.kafka());
                assertThat(after.s3()).isEqualTo(before.s3());
                assertThat(after.postgres()).isEqualTo(before.postgres());
                send(after, "written after");
                assertThat(received(after, 2)).containsExactly("written before", "written after");
                assertThat(get(after, "shards/a.safetensors")).isEqualTo("tensor");
                assertThat(get(after, KEY_THAT_ENDS_IN_A_UUID)).isEqualTo("checkpoint");
                assertThat(keys(after)).containsExactlyInAnyOrder("shards/a.safetensors", KEY_THAT_ENDS_IN_A_UUID);
                assertThat(column(after, "SELECT name FROM job")).containsExactly("capture");
            }
        }
    }

    @Test
    void aCleanStopLeavesNothingRunningAndTheDataServesOnOtherPorts() throws Exception {
        Optional<ProcessHandle> postgres;
        try (LocalStackProcess stack = LocalStackProcess.start(dataDir)) {
            postgres = LocalStackProcess.postgres(dataDir);
            createFacts(stack.endpoints());
            send(stack.endpoints(), "kept");
            stack.close();
            assertThat(stack.isAlive()).isFalse();
        }
        assertThat(postgres).isPresent();
        assertThat(postgres.get().info().command()).as("a live process").isEmpty();
        assertThat(dataDir.resolve("stack.json")).doesNotExist();
        Files.delete(dataDir.resolve("ports.properties"));

        try (LocalStackProcess stack = LocalStackProcess.start(dataDir)) {
            send(stack.endpoints(), "next");
            assertThat(received(stack.endpoints(), 2)).containsExactly("kept", "next");
        }
    }

    @Test
    void everythingAnswersOnLoopbackOnly() throws Exception {
        List<InetAddress> outside = addressesOtherThanLoopback();
        assertThat(outside).as("this machine has an address to test with").isNotEmpty();
        StackEndpoints endpoints = shared.endpoints();
        List<Integer> ports = List.of(
                URI.create("kafka://" + endpoints.kafka().bootstrapServers()).getPort(),
                URI.create(endpoints.s3().endpoint()).getPort(),
                URI.create(endpoints.postgres().jdbcUrl().substring("jdbc:".length()))
                        .getPort());
        for (int port : ports) {
            connect(InetAddress.getByName("127.0.0.1"), port);
            for (InetAddress address : outside) {
                assertThatThrownBy(() -> connect(address, port))
                        .as("%s port %d", address, port)
                        .isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void strangersAreTurnedAway() throws Exception {
        StackEndpoints.Postgres postgres = shared.endpoints().postgres();
        assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "guess"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
        StackEndpoints.S3 s3 = shared.endpoints().s3();
        MinioClient stranger = MinioClient.builder()
                .endpoint(s3.endpoint())
                .credentials(s3.accessKey(), "guess")
                .build();
        assertThatThrownBy(() -> stranger.getObject(GetObjectArgs.builder()
                        .bucket(s3.bucket())
                        .object("anything")
                        .build()))
                .hasMessageContaining("signature");
        for (String secret : List.of("credentials", "stack.json")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sharedDir.resolve(secret))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aSecondStackOnTheSameDirectoryIsRefusedAndTheFirstLivesOn() throws Exception {
        assertThatThrownBy(() -> LocalStackProcess.start(sharedDir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a stack already runs on");

        assertThat(StackEndpoints.read(sharedDir)).isEqualTo(shared.endpoints());
        assertThat(column(shared.endpoints(), "SELECT 1")).containsExactly("1");
        assertThat(shared.isAlive()).isTrue();
    }

    private static void createFacts(StackEndpoints endpoints) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", endpoints.kafka().bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(FACTS.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static void send(StackEndpoints endpoints, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", endpoints.kafka().bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(FACTS.topic(), value)).get();
        }
    }

    private static List<String> received(StackEndpoints endpoints, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", endpoints.kafka().bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(FACTS));
            consumer.seekToBeginning(List.of(FACTS));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }

    private static MinioClient client(StackEndpoints endpoints) {
        return MinioClient.builder()
                .endpoint(endpoints.s3().endpoint())
                .credentials(endpoints.s3().accessKey(), endpoints.s3().secretKey())
                .build();
    }

    private static void put(StackEndpoints endpoints, String key, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        client(endpoints)
                .putObject(PutObjectArgs.builder().bucket(endpoints.s3().bucket()).object(key).stream(
                                new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
                        .build());
    }

    private static String get(StackEndpoints endpoints, String key) throws Exception {
        try (var in = client(endpoints)
                .getObject(GetObjectArgs.builder()
                        .bucket(endpoints.s3().bucket())
                        .object(key)
                        .build())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> keys(StackEndpoints endpoints) throws Exception {
        List<String> keys = new ArrayList<>();
        for (Result<Item> item : client(endpoints)
                .listObjects(ListObjectsArgs.builder()
                        .bucket(endpoints.s3().bucket())
                        .recursive(true)
                        .build())) {
            keys.add(item.get().objectName());
        }
        return keys;
    }

    private static void sql(StackEndpoints endpoints, String statement) throws SQLException {
        try (Connection connection = connection(endpoints);
                Statement prepared = connection.createStatement()) {
            prepared.execute(statement);
        }
    }

    private static List<String> column(StackEndpoints endpoints, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = connection(endpoints);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private static Connection connection(StackEndpoints endpoints) throws SQLException {
        StackEndpoints.Postgres postgres = endpoints.postgres();
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2000);
        }
    }

    private static List<InetAddress> addressesOtherThanLoopback() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .filter(address -> !address.isLoopbackAddress())
                .toList();
    }
}
