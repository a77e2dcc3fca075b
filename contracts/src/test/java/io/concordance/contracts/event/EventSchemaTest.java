package io.concordance.contracts.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Pooling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventSchemaTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String UID = FeatureUids.of(DIGEST, 7);
    private static final ObjectRef OBJECT = new ObjectRef("concordance", "shards/j/h/000000.safetensors", DIGEST, 12);
    private static final Metrics METRICS = new Metrics(0.5, 0.1, 16, 0.98);

    private static final FiringDensity DENSITY = FiringDensity.of(new long[] {0, 1, 10, 4096}, 4096);
    private static final HeldOutMetrics HELD_OUT = new HeldOutMetrics(10, 4096, 0.2, 15, 0.9, 0.75, DENSITY);

    static Stream<Object> examples() {
        return Stream.of(
                new CaptureJobAccepted(
                        "j",
                        "m",
                        DIGEST,
                        List.of("blocks.2.hook_resid_post"),
                        "learning",
                        "fp16",
                        List.of(new CaptureJobAccepted.Arm("benign", "benign", DIGEST, 3)),
                        2,
                        3,
                        DIGEST,
                        OBJECT),
                new CaptureJobEnded("j", "completed", 2, null),
                new CaptureJobEnded("j", "failed", 2, "slice 1: the model fails"),
                new SliceQueued("j", 1),
                new DirectionsFound("j", "m", 0, 3, "blocks.0.hook_resid_post", "logits", 0.5, 12.3, 16, OBJECT),
                new ShardWritten(
                        "j",
                        "m",
                        "blocks.2.hook_resid_post",
                        0,
                        2,
                        "benign",
                        "benign",
                        "learning",
                        OBJECT,
                        "fp16",
                        9,
                        4,
                        3),
                new DictionaryCheckpointed("r", 10, 4096, false, OBJECT, null, null, "h", "m", List.of("j"), METRICS),
                new DictionaryCheckpointed(
                        "r", 10, 4096, true, OBJECT, DIGEST, "dictionaries/aa", "h", "m", List.of("j"), METRICS),
                new DictionaryCheckpointed(
                        "r",
                        10,
                        4096,
                        false,
                        OBJECT,
                        DIGEST,
                        "dictionaries/aa",
                        "h",
                        "m",
                        List.of("j"),
                        new Metrics(0.5, 0.1, 16, 0.98, 0.9, 0.3, DENSITY, HELD_OUT),
                        List.of(4),
                        2,
                        DIGEST),
                new ShardQuarantined("r", "j", "h", 3, 0, OBJECT, 10, "not-finite", "row 5 holds NaN"),
                new FeatureDiscovered(UID, DIGEST, "r", "m", "h", 7, "kept", 0.01, 4096, 2, UID, 0.99, 0.8, null),
                new FeatureDiscovered(UID, DIGEST, "r", "m", "h", 7, "retired", 0, 4096, 2, null, 0.1, null, DIGEST),
                new FeatureDiscovered(UID, DIGEST, "r", "m", "h", 7, "new", 0.01, 4096),
                new FeaturePositioned(UID, DIGEST, 7, "mixed", 400, 96, 0.01, 0.002, 0.002, 1, 0.7, 0.001, 0.01, null),
                new FeaturePositioned(
                        UID,
                        DIGEST,
                        7,
                        "positional",
                        400,
                        96,
                        1,
                        0.99,
                        0.99,
                        1,
                        0,
                        0.001,
                        0.01,
                        new FeaturePositioned.Shift(8, 5, 0.97)),
                new FeatureExplained(UID, DIGEST, 7, "fires on prod", "contrast", "1", "offline-statistics", 1, null),
                new FeatureExplained(
                        UID,
                        DIGEST,
                        7,
                        "fires on prod",
                        "contrast",
                        "1",
                        "offline-statistics",
                        99,
                        new FeatureExplained.Score("detection", 0.9, 0.8, 0.95, 80, 0)),
                new FeatureExplained(
                        UID, DIGEST, 7, "the word prod", "chat", "1", "weaker", 99, null, "small-model", DIGEST),
                new FeatureScored(
                        UID,
                        DIGEST,
                        7,
                        "the word prod",
                        "chat",
                        "1",
                        "weaker",
                        "small-model",
                        "detection",
                        "detection-balanced-accuracy",
                        new FeatureScored.Estimate(0.9, 0.8, 0.95),
                        38,
                        2,
                        null,
                        new FeatureScored.Control(UID, new FeatureScored.Estimate(0.5, 0.4, 0.6), 40, 0),
                        true),
                new FeatureScored(
                        UID,
                        DIGEST,
                        7,
                        "the word prod",
                        "chat",
                        "1",
                        "weaker",
                        "small-model",
                        "surprisal",
                        "surprisal-auroc",
                        null,
                        0,
                        0,
                        "the endpoint returns no log-probabilities",
                        null,
                        false),
                new FeatureAttributed(
                        UID,
                        DIGEST,
                        7,
                        "off-policy",
                        "off-policy",
                        new FeatureAttributed.Screen(10, 20, 9, 1, 3.2, 1.0, 5.4, 0.95, 0.85, 0.99, 1e-4, 1e-3),
                        new FeatureAttributed.Calibration(1.5, 10, 0, 5, 4)),
                new FeatureAttributed(
                        UID,
                        DIGEST,
                        7,
                        "off-policy",
                        "off-policy",
                        new FeatureAttributed.Screen(10, 20, 9, 1, 3.2, 1.0, 5.4, 0.95, 0.85, 0.99, 1e-4, 1e-3),
                        new FeatureAttributed.Calibration(1.5, 10, 0, 5, 4),
                        new FeatureAttributed.Gradient(40, 1.5, 1.2, 1.8, 2.5, 8, 1),
                        new FeatureAttributed.Ablation(
                                List.of(7),
                                40,
                                2.5,
                                2.1,
                                2.9,
                                1,
                                new FeatureAttributed.Contrast(40, 40, 2, 0.95, 0.83, 0.99),
                                null)),
                new FeatureAttributed(
                        UID,
                        DIGEST,
                        0,
                        "off-policy",
                        "off-policy",
                        new FeatureAttributed.Screen(10, 20, 9, 1, 3.2, 1.0, 5.4, 0.95, 0.85, 0.99, 1e-4, 1e-3),
                        new FeatureAttributed.Calibration(1.5, 10, 0, 5, 4),
                        null,
                        null,
                        new Pooling(Pooling.Over.MAX, 3, Pooling.Scope.BEFORE_OUTPUT)),
                new ReleasePublished("stable", 1, DIGEST, List.of(UID)),
                new SightingReported("m-1", DIGEST, 100, 2, Map.of("any", 2L)),
                new SightingReported(
                        "m-1", DIGEST, 100, 2, Map.of("any", 2L), Map.of(UID, 2L), SightingReported.EVALUATION),
                new SessionTerminationRecommended("m-1", DIGEST, DIGEST, 3, Map.of("any-high", 1L)),
                new RollbackRecommended(UID, DIGEST, DIGEST, "anytime", 1000, 2, 5, 1_000_000, 7.5, 6));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyEventFitsItsSchemaAndSurvivesARoundTrip(Object data) throws IOException {
        byte[] json = Json.bytes(data);

        assertThat(errors(data.getClass().getSimpleName(), json)).isEmpty();
        assertThat((Object) Json.read(json, data.getClass())).isEqualTo(data);
    }

    @Test
    void theSchemasRefuseWhatIsWrong() throws IOException {
        assertThat(errors("SliceQueued", "{\"jobId\":\"j\",\"slice\":-1}".getBytes(StandardCharsets.UTF_8)))
                .isNotEmpty();
        byte[] completeWithoutDictionary = Json.bytes(
                new DictionaryCheckpointed("r", 1, 1, true, OBJECT, null, null, "h", "m", List.of("j"), METRICS));
        assertThat(errors("DictionaryCheckpointed", completeWithoutDictionary)).isNotEmpty();
        byte[] retiredWithoutSuccessor =
                Json.bytes(new FeatureDiscovered(UID, DIGEST, "r", "m", "h", 7, "retired", 0, 4096));
        assertThat(errors("FeatureDiscovered", retiredWithoutSuccessor)).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void everyEventTypeHasATopicAndASchemaAndStandsInTheEventCatalogue(EventType type) throws IOException {
        assertThat(Topics.all()).extracting(Topics.Topic::name).contains(type.topic());
        Map<?, ?> catalogue =
                new YAMLMapper().readValue(Files.readString(Path.of("..", "docs", "asyncapi.yaml")), Map.class);
        String channel = Character.toLowerCase(type.typeName().charAt(0))
                + type.typeName().substring(1);
        assertThat(catalogue)
                .extracting("channels." + channel + ".address")
                .asString()
                .isEqualTo(type.topic());
        String payload = String.valueOf(((Map<?, ?>) ((Map<?, ?>)
                                ((Map<?, ?>) ((Map<?, ?>) catalogue.get("components")).get("messages"))
                                        .get(type.typeName()))
                        .get("payload"))
                .get("$ref"));
        assertThat(Path.of("..", "docs").resolve(payload)).exists();
    }

    @Test
    void eventsCarryTheirTypeAndTopic() {
        Event<SliceQueued> event = Event.of("/concordance/capture", "j/1", new SliceQueued("j", 1));

        assertThat(event.type()).isEqualTo("SliceQueued");
        assertThat(event.topic()).isEqualTo("concordance.capture.slices.v1");
        assertThat(event.id())
                .isNotEqualTo(Event.of("s", "k", new SliceQueued("j", 1)).id());
    }

    private static List<Error> errors(String type, byte[] json) throws IOException {
        try (InputStream in = EventType.class.getResourceAsStream(type + ".json")) {
            assertThat(in).as("schema of " + type).isNotNull();
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
            return schema.validate(new String(json, StandardCharsets.UTF_8), InputFormat.JSON);
        }
    }
}
