package io.concordance.kit.event;

import io.concordance.contracts.event.Topics;
import io.concordance.kit.loop.Loops;
import io.concordance.kit.start.Eventually;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Makes the platform's topics, and says whether Kafka answers and has them. Existing topics are left as they are. */
@Readiness
@ApplicationScoped
class TopicsAtStart implements HealthCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Loops loops;
    private final Map<String, Object> settings;
    private final boolean create;
    private final short replicas;
    private @Nullable Admin admin;

    TopicsAtStart(
            Loops loops,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @ConfigProperty(name = "concordance.topics.create") boolean create,
            @ConfigProperty(name = "concordance.topics.replicas") short replicas) {
        this.loops = loops;
        this.settings = new HashMap<>();
        for (String name : AdminClientConfig.configNames()) {
            if (broker.containsKey(name)) {
                settings.put(name, broker.get(name));
            }
        }
        this.create = create;
        this.replicas = replicas;
    }

    /** Before the channels open, so that consumers do not begin on topics that are not there. */
    void start(@Observes @Priority(100) StartupEvent event) throws InterruptedException {
        if (create) {
            Eventually.start(loops, "kafka-topics", this::createMissing);
        }
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        if (admin != null) {
            admin.close(PATIENCE);
            admin = null;
        }
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(settings);
        }
        return admin;
    }

    private Set<String> missing() throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> missing = new TreeSet<>();
        Topics.all().forEach(topic -> missing.add(topic.name()));
        missing.removeAll(await(admin().listTopics().names()));
        return missing;
    }

    private void createMissing() throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> missing = missing();
        // Facts are kept: a dictionary run may be asked for long after its shards were written.
        List<NewTopic> topics = Topics.all().stream()
                .filter(topic -> missing.contains(topic.name()))
                .map(topic ->
                        new NewTopic(topic.name(), topic.partitions(), replicas).configs(Map.of("retention.ms", "-1")))
                .toList();
        CreateTopicsResult result = admin().createTopics(topics);
        for (KafkaFuture<Void> created : result.values().values()) {
            try {
                await(created);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    private static <T> T await(KafkaFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health = HealthCheckResponse.named("kafka");
        try {
            Set<String> missing = missing();
            return missing.isEmpty()
                    ? health.up().build()
                    : health.down()
                            .withData("missing", String.join(", ", missing))
                            .build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return health.down().withData("missing", "interrupted").build();
        } catch (Exception e) {
            return health.down().withData("missing", "the broker: " + e).build();
        }
    }
}
