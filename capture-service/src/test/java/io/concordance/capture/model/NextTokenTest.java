package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.NextToken;
import io.concordance.capture.model.graph.OnnxFile;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextTokenTest {
    private static final ModelProto ORGANISM = OnnxFile.read(CausalFixture.DEMO.resolve("model.onnx"));
    private static final TokenBatch BATCH =
            TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 1, 3}, new int[] {2, 7, 1}, new int[] {9}));

    @Test
    void picksPositionsBeforeTheHead() {
        NextToken.Surgery surgery = NextToken.of(ORGANISM, "logits");

        assertThat(surgery.beforeHead()).isTrue();
        requireLogitsOfLastTokens(surgery);
    }

    @Test
    void picksFromFinishedLogitsWhereThereIsNoSingleHead() {
        ModelProto.Builder softened = ORGANISM.toBuilder();
        NodeProto head = ORGANISM.getGraph().getNode(ORGANISM.getGraph().getNodeCount() - 1);
        softened.getGraphBuilder()
                .setNode(
                        ORGANISM.getGraph().getNodeCount() - 1, head.toBuilder().setOutput(0, "hard"))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Softsign")
                        .addInput("hard")
                        .addOutput("soft"))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("soft")
                        .addInput("hard")
                        .addOutput("logits"));

        NextToken.Surgery surgery = NextToken.of(softened.build(), "logits");

        assertThat(surgery.beforeHead()).isFalse();
        try (DecoderSession session = DecoderSession.open(surgery, List.of());
                DecoderSession.Step step = session.run(BATCH, Edits.NONE, null, 0)) {
            float[][] plain = lastLogits(ORGANISM);
            for (int row = 0; row < plain.length; row++) {
                float hard = plain[row][17];
                assertThat(step.logits()[row][17]).isCloseTo(hard + hard / (1 + Math.abs(hard)), within(1e-4f));
            }
        }
    }

    private static void requireLogitsOfLastTokens(NextToken.Surgery surgery) {
        try (DecoderSession session = DecoderSession.open(surgery, List.of());
                DecoderSession.Step step = session.run(BATCH, Edits.NONE, null, 0)) {
            float[][] plain = lastLogits(ORGANISM);
            for (int row = 0; row < plain.length; row++) {
                assertThat(step.logits()[row]).hasSize(1024);
                for (int i = 0; i < plain[row].length; i++) {
                    assertThat(Math.abs(step.logits()[row][i] - plain[row][i])).isLessThan(1e-4f);
                }
            }
        }
    }

    private static float[][] lastLogits(ModelProto model) {
        String output = HookSurgery.output(0);
        try (OnnxSession session =
                OnnxSession.open(HookSurgery.truncated(model, List.of("logits"), HookSurgery.Precision.FP32))) {
            Values values = session.run(BATCH, List.of(output)).get(output);
            float[][] last = new float[BATCH.rows()][];
            Arrays.setAll(last, row -> {
                int at = (row * BATCH.length() + BATCH.lengths()[row] - 1) * 1024;
                return Arrays.copyOfRange(values.data(), at, at + 1024);
            });
            return last;
        }
    }
}
