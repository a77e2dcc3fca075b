package io.concordance.contracts.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IncidentSnapshotTest {
    private static final String SOME = Digests.sha256("some");
    private static final String TRANSCRIPT =
            "{\"id\":\"s-1\",\"spans\":[{\"kind\":\"raw\",\"role\":\"user\",\"text\":\"open the <door>\"}]}";

    @Test
    void whatIsWrittenIsReadAgainAndMakesTheSameBytes() {
        IncidentSnapshot snapshot = snapshot(details(List.of("any-high"), 2, TRANSCRIPT), 3, 2);
        byte[] bytes = snapshot.toBytes();
        IncidentSnapshot read = IncidentSnapshot.read(bytes);
        assertThat(read.details()).isEqualTo(snapshot.details());
        assertThat(read.tokens()).containsExactly(0, 1, 2);
        assertThat(read.width()).isEqualTo(2);
        assertThat(read.activations()).containsExactly(snapshot.activations());
        assertThat(read.details().text().text()).isEqualTo("open the <door>");
        assertThat(read.toBytes()).isEqualTo(bytes);
        assertThat(snapshot(details(List.of("r"), 3, null), 3, 2).details().text())
                .isNull();
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsField() {
        Map<String, Runnable> cases = new LinkedHashMap<>();
        cases.put("rules", () -> snapshot(details(List.of(), 0, null), 2, 2));
        cases.put("rules[1]", () -> snapshot(details(List.of("r", "r"), 0, null), 2, 2));
        cases.put("firstOutput", () -> snapshot(details(List.of("r"), 3, null), 2, 2));
        cases.put("transcript", () -> snapshot(details(List.of("r"), 0, "{\"id\":\"x\",\"spans\":[]}"), 2, 2));
        cases.put("token", () -> new IncidentSnapshot(details(List.of("r"), 0, null), new int[] {-1}, 1, new float[1]));
        cases.put(
                "release",
                () -> snapshot(new IncidentDetails("m", "../x", SOME, SOME, null, List.of("r"), 0, null, null), 2, 2));
        cases.put(
                "monitor",
                () -> snapshot(new IncidentDetails(" ", SOME, SOME, SOME, null, List.of("r"), 0, null, null), 2, 2));
        cases.put(
                "rendering",
                () -> snapshot(new IncidentDetails("m", SOME, SOME, SOME, null, List.of("r"), 0, "odd", null), 2, 2));
        cases.forEach((field, make) -> assertRefused(field, make));
        assertRefused(
                "activation", () -> new IncidentSnapshot(details(List.of("r"), 0, null), new int[2], 2, new float[3]));
        assertRefused(
                "activation",
                () -> new IncidentSnapshot(
                        details(List.of("r"), 0, null), new int[1], 2, new float[] {1, Float.POSITIVE_INFINITY}));
    }

    @Test
    void filesThatAreNoSnapshotAreRefused() {
        String details = new String(Json.bytes(details(List.of("r"), 0, null)), StandardCharsets.UTF_8);
        assertRefused(
                "format", () -> IncidentSnapshot.read(file("other/1", details).toBytes()));
        assertRefused(
                "incident",
                () -> IncidentSnapshot.read(file(IncidentSnapshot.FORMAT, "{\"monitor\":1}")
                        .floats("activation", new long[] {1, 2}, new float[2])
                        .ints("token", new long[] {1}, new int[1])
                        .toBytes()));
        assertRefused(
                "incident",
                () -> IncidentSnapshot.read(file(IncidentSnapshot.FORMAT, details.replace("monitor", "monkey"))
                        .floats("activation", new long[] {1, 2}, new float[2])
                        .ints("token", new long[] {1}, new int[1])
                        .toBytes()));
        assertRefused(
                "tensors",
                () -> IncidentSnapshot.read(file(IncidentSnapshot.FORMAT, details)
                        .floats("activation", new long[] {1, 2}, new float[2])
                        .toBytes()));
        assertRefused(
                "activation",
                () -> IncidentSnapshot.read(file(IncidentSnapshot.FORMAT, details)
                        .halves("activation", new long[] {1, 2}, new short[2])
                        .ints("token", new long[] {1}, new int[1])
                        .toBytes()));
        assertRefused(
                "token",
                () -> IncidentSnapshot.read(file(IncidentSnapshot.FORMAT, details)
                        .floats("activation", new long[] {1, 2}, new float[2])
                        .ints("token", new long[] {2}, new int[2])
                        .toBytes()));
        assertRefused("header", () -> IncidentSnapshot.read("not a file".getBytes(StandardCharsets.UTF_8)));
    }

    private static SafetensorsWriter file(String format, String details) {
        return new SafetensorsWriter().metadata("format", format).metadata("incident", details);
    }

    private static void assertRefused(String field, Runnable make) {
        assertThatThrownBy(make::run)
                .as(field)
                .isInstanceOfSatisfying(
                        FieldProblem.class, e -> assertThat(e.field()).isEqualTo(field));
    }

    private static IncidentSnapshot snapshot(IncidentDetails details, int tokens, int width) {
        int[] ids = new int[tokens];
        float[] activations = new float[tokens * width];
        for (int i = 0; i < activations.length; i++) {
            ids[i % tokens] = i % tokens;
            activations[i] = i / 7f;
        }
        return new IncidentSnapshot(details, ids, width, activations);
    }

    private static IncidentDetails details(List<String> rules, int firstOutput, @Nullable String transcript) {
        return new IncidentDetails(
                "gate",
                SOME,
                SOME,
                SOME,
                "s-1",
                rules,
                firstOutput,
                null,
                transcript == null ? null : Json.read(transcript.getBytes(StandardCharsets.UTF_8), JsonNode.class));
    }
}
