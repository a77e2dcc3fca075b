package io.concordance.kit.testing;

import com.github.dockerjava.api.DockerClient;
import io.concordance.kit.store.ObjectStore;
import io.concordance.local.PortBook;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** Kafka, an S3 server and PostgreSQL as {@code deploy/compose.yaml} has them, on ports of this machine's loopback. */
final class ContainerParts implements Parts {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String NAME = "concordance";
    private static final String SECRET = "concordance-on-loopback";

    private final StackEndpoints endpoints;
    private final GenericContainer<?> kafka;
    private final GenericContainer<?> objectStore;
    private final GenericContainer<?> postgres;

    private ContainerParts(Images images, StackEndpoints endpoints, int[] ports, Path identities) {
        this.endpoints = endpoints;
        kafka = container(images.kafka(), ports[0], 9092, kafkaSettings(endpoints), this::kafkaAnswers);
        objectStore = container(
                        images.objectStore(),
                        ports[1],
                        8333,
                        Map.of("MINIO_ROOT_USER", NAME, "MINIO_ROOT_PASSWORD", SECRET),
                        this::objectStoreAnswers)
                .withCommand(images.objectStoreCommand().toArray(String[]::new))
                .withFileSystemBind(identities.toString(), "/s3.json", BindMode.READ_ONLY);
        postgres = container(
                images.postgres(),
                ports[2],
                5432,
                Map.of("POSTGRES_DB", NAME, "POSTGRES_USER", NAME, "POSTGRES_PASSWORD", SECRET),
                this::postgresAnswers);
    }

    static ContainerParts start(Path dataDir) throws IOException {
        PortBook book = PortBook.open(Files.createDirectories(dataDir).resolve("container.ports"));
        int[] ports = {book.choose("kafka", 0), book.choose("s3", 0), book.choose("postgres", 0)};
        StackEndpoints endpoints = new StackEndpoints(
                ProcessHandle.current().pid(),
                new StackEndpoints.Kafka("127.0.0.1:" + ports[0]),
                new StackEndpoints.S3("http://127.0.0.1:" + ports[1], NAME, SECRET, NAME),
                new StackEndpoints.Postgres("jdbc:postgresql://127.0.0.1:" + ports[2] + "/" + NAME, NAME, SECRET));
        Path identities = Path.of(System.getProperty("concordance.home"), "deploy/compose/s3.json");
        ContainerParts parts = new ContainerParts(Images.of(System.getenv()), endpoints, ports, identities);
        Startables.deepStart(parts.all()).join();
        return parts;
    }

    /** Ports are fixed, because a container that starts again is to be found where it was. */
    private static GenericContainer<?> container(
            String image, int port, int inside, Map<String, String> settings, Callable<?> question) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image));
        container.setPortBindings(List.of("127.0.0.1:" + port + ":" + inside));
        return container.withEnv(settings).waitingFor(new AbstractWaitStrategy() {
            @Override
            protected void waitUntilReady() {
                answers(question);
            }
        });
    }

    private static Map<String, String> kafkaSettings(StackEndpoints endpoints) {
        Map<String, String> settings = new HashMap<>();
        settings.put("KAFKA_NODE_ID", "1");
        settings.put("KAFKA_PROCESS_ROLES", "broker,controller");
        settings.put("KAFKA_LISTENERS", "PLAINTEXT://:9092,CONTROLLER://:9093");
        settings.put(
                "KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://" + endpoints.kafka().bootstrapServers());
        settings.put("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER");
        settings.put("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093");
        settings.put("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1");
        settings.put("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        settings.put("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
        return settings;
    }

    private static void answers(Callable<?> question) {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            question.call();
            return true;
        });
    }

    private Object kafkaAnswers() throws Exception {
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers",
                endpoints.kafka().bootstrapServers(),
                "request.timeout.ms",
                "3000",
                "default.api.timeout.ms",
                "5000"))) {
            return admin.describeCluster().nodes().get();
        }
    }

    private Object objectStoreAnswers() {
        StackEndpoints.S3 s3 = endpoints.s3();
        return ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket());
    }

    private Object postgresAnswers() throws Exception {
        StackEndpoints.Postgres postgresAt = endpoints.postgres();
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(postgresAt.jdbcUrl());
        source.getConnection(postgresAt.user(), postgresAt.password()).close();
        return true;
    }

    private List<GenericContainer<?>> all() {
        return List.of(kafka, objectStore, postgres);
    }

    @Override
    public StackEndpoints endpoints() {
        return endpoints;
    }

    @Override
    public void killKafkaAndObjectStore() {
        DockerClient docker = kafka.getDockerClient();
        Stream.of(kafka, objectStore)
                .forEach(container ->
                        docker.killContainerCmd(container.getContainerId()).exec());
    }

    @Override
    public void startAgain() {
        DockerClient docker = kafka.getDockerClient();
        Stream.of(kafka, objectStore)
                .forEach(container ->
                        docker.startContainerCmd(container.getContainerId()).exec());
        docker.restartContainerCmd(postgres.getContainerId()).exec();
        answers(this::kafkaAnswers);
        answers(this::objectStoreAnswers);
        answers(this::postgresAnswers);
    }

    @Override
    public void close() {
        all().forEach(GenericContainer::stop);
    }
}
