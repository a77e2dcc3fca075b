package io.concordance.capture.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.capture.intervention.ArmEdits.Bound;
import io.concordance.capture.intervention.ArmEdits.Row;
import io.concordance.capture.intervention.Intervention.Kind;
import io.concordance.capture.intervention.Intervention.Scale;
import io.concordance.capture.intervention.Intervention.Unit;
import io.concordance.capture.model.Edit;
import io.concordance.capture.model.Edits;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InterventionsTest {
    private static final TokenBatch BATCH = TokenBatch.of(List.of(new int[5], new int[3]));
    private static final List<Row> ROWS = List.of(new Row(5, 3, 0), new Row(7, 7, 4));

    @Test
    void marksPositionsOfTheDocumentWhateverPartOfItARowHolds() {
        assertThat(mask("\"all\"")).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 0, 0);
        assertThat(mask("\"last\"")).containsExactly(0, 0, 0, 0, 1, 0, 0, 1, 0, 0);
        assertThat(mask("\"generated\"")).containsExactly(0, 0, 0, 1, 1, 0, 0, 0, 0, 0);
        assertThat(mask("\"prompt\"")).containsExactly(1, 1, 1, 0, 0, 1, 1, 1, 0, 0);
        assertThat(mask("[5, 2, 90]")).containsExactly(0, 0, 1, 0, 0, 0, 1, 0, 0, 0);
    }

    private static byte[] mask(String positions) {
        ArmEdits edits = new ArmEdits(
                List.of(new EditSite("t", 1, 1, false)),
                List.of(new Bound(0, 0, Edit.zero(1), positions(positions))),
                null);
        return edits.of(BATCH, ROWS).placed().getFirst().mask();
    }

    private static Positions positions(String json) {
        return Positions.of(Json.read(json.getBytes(StandardCharsets.UTF_8), JsonNode.class));
    }

    @Test
    void refusesPositionsThatAreNone() {
        for (String json : List.of("\"first\"", "[]", "[-1]", "[1.5]", "{}", "3")) {
            assertThatThrownBy(() -> positions(json)).as(json).isInstanceOf(FieldProblem.class);
        }
    }

    @Test
    void zeroesTheHooksOfAnArmAtAllPositionsItTouches() {
        ArmEdits edits = new ArmEdits(
                List.of(new EditSite("t", 1, 2, false), new EditSite("u", 1, 1, false)),
                List.of(
                        new Bound(0, 0, Edit.add(new float[] {1}), positions("[0]")),
                        new Bound(0, 1, Edit.add(new float[] {1}), positions("\"last\""))),
                null);

        Edits zeroed = edits.zeroed(BATCH, ROWS);

        assertThat(zeroed.placed()).singleElement().satisfies(placed -> {
            assertThat(placed.site()).isZero();
            assertThat(placed.mask()).containsExactly(1, 0, 0, 0, 1, 0, 0, 1, 0, 0);
        });
    }

    @Test
    void givesAllArmsOneSetOfSites() {
        JobInterventions job = new JobInterventions(
                List.of(add("a", "t", "jumprelu"), add("b", "u", null), add("c", "t", "topk"), add("d", "v", null)),
                Map.of("one", List.of("a"), "two", List.of("c", "b", "a")));

        assertThat(job.sites()).containsExactly(new EditSite("t", 4, 2, true), new EditSite("u", 4, 1, false));
        assertThat(job.of("two")).extracting(Intervention::name).containsExactly("c", "b", "a");
        assertThat(job.any("three")).isFalse();
    }

    @Test
    void readsAnInterventionAsItWrites() {
        Intervention intervention = new Intervention(
                "n",
                "blocks.1.attn.hook_z",
                "t",
                8,
                Kind.SHIFT_HEAD,
                new Intervention.Direction("directions/x.safetensors", "sha256:0"),
                null,
                null,
                null,
                null,
                1,
                4,
                new Scale(-2.5, Unit.RESIDUAL_NORM),
                positions("[3, 1]"));

        assertThat(Json.read(Json.bytes(intervention), Intervention.class)).isEqualTo(intervention);
        assertThat(new String(Json.canonical(intervention), StandardCharsets.UTF_8))
                .contains("\"kind\":\"shift-head\"", "\"positions\":[1,3]", "\"unit\":\"residual-norm\"");
    }

    @Test
    void measuresTheValuesOfOneHeadOnly() {
        Intervention head = new Intervention(
                "n", "h", "t", 4, Kind.SHIFT_HEAD, null, null, null, null, null, 1, 2, null, Positions.ALL);
        Measured.Gathering gathering = new Measured.Gathering(head, new double[] {0, 1});
        gathering.add(new float[] {90, 90, 3, 4});
        gathering.add(new float[] {-90, 90, 0, 10});

        Measured measured = gathering.end();

        assertThat(measured.norm()).isCloseTo(7.5, within(1e-12));
        assertThat(measured.sigma()).isCloseTo(3, within(1e-12));
        assertThat(measured.tokens()).isEqualTo(2);
        assertThat(measured.factor(new Scale(2, Unit.SIGMA))).isCloseTo(6, within(1e-12));
    }

    @Test
    void measuresWhatTwoDistributionsLose() {
        float[] p = {(float) Math.log(0.5), (float) Math.log(0.25), (float) Math.log(0.25)};
        float[] q = {1, 1, 1};

        assertThat(LossSums.crossEntropy(p, 1)).isCloseTo(Math.log(4), within(1e-6));
        assertThat(LossSums.divergence(p, q)).isCloseTo(Math.log(3) - 1.5 * Math.log(2), within(1e-6));
        assertThat(new LossSums(4, 8, 20, 11, 2).means("a", true, true))
                .isEqualTo(new LossSums.Loss("a", 4, 2.0, 5.0, 2.75, 0.75, 0.5));
    }

    private static Intervention add(String name, String tensor, @org.jspecify.annotations.Nullable String form) {
        return new Intervention(
                name,
                tensor,
                tensor,
                4,
                Kind.RECONSTRUCT,
                null,
                null,
                null,
                form,
                null,
                null,
                null,
                null,
                Positions.ALL);
    }
}
