package io.concordance.capture.model.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.concordance.capture.model.graph.TinyTransformer.Norm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResidualStreamTest {

    @ParameterizedTest
    @EnumSource
    void findsBothLayersOfAPreNormModel(Norm norm) {
        ModelProto model = TinyTransformer.preNorm(norm);

        ResidualStream stream = find(model);

        assertThat(stream.postNorm()).isFalse();
        assertThat(stream.layers()).hasSize(2);
        assertThat(stream.layers().getFirst().pre()).isEqualTo(output(model, "Add", 0));
        assertThat(stream.layers().get(1).pre())
                .isEqualTo(stream.layers().getFirst().post());
        NodeProto last = producer(model, stream.layers().getLast().post());
        assertThat(last.getOpType()).isEqualTo("Add");
    }

    @ParameterizedTest
    @EnumSource
    void findsBothLayersOfAPostNormModelAtTheNorms(Norm norm) {
        ModelProto model = TinyTransformer.postNorm(norm);

        ResidualStream stream = find(model);

        assertThat(stream.postNorm()).isTrue();
        assertThat(stream.layers()).hasSize(2);
        assertThat(stream.layers().getLast().post())
                .isEqualTo(model.getGraph().getOutput(0).getName());
        assertThat(producer(model, stream.layers().getFirst().pre()).getOpType())
                .isEqualTo(
                        switch (norm) {
                            case WHOLE -> "LayerNormalization";
                            case TAKEN_APART -> "Add";
                            case RMS_DIVIDED, RMS_MULTIPLIED -> "Mul";
                        });
    }

    @Test
    void findsLayersWhoseBranchesAreAddedToEachOtherFirst() {
        ModelProto model = TinyTransformer.parallel();

        ResidualStream stream = find(model);

        assertThat(stream.layers()).hasSize(2);
        assertThat(stream.layers().getFirst().pre()).isEqualTo(output(model, "Gather", 0));
    }

    @Test
    void readsVocabularyAndPositionsOffTheTables() {
        Embeddings embeddings = Embeddings.in(OnnxGraph.of(TinyTransformer.preNorm(Norm.TAKEN_APART)));

        assertThat(embeddings.vocabulary()).isEqualTo(TinyTransformer.VOCABULARY);
        assertThat(embeddings.positions()).hasValue(TinyTransformer.CONTEXT);
        assertThat(Embeddings.in(OnnxGraph.of(TinyTransformer.parallel())).positions())
                .isEmpty();
    }

    @Test
    void dropsEverythingAfterTheLastHookAndTheWeightsOnlyItUsed() {
        ModelProto model = TinyTransformer.preNorm(Norm.TAKEN_APART);
        ResidualStream.Layer first = find(model).layers().getFirst();

        ModelProto truncated =
                HookSurgery.truncated(model, java.util.List.of(first.post()), HookSurgery.Precision.FP16);

        assertThat(truncated.getGraph().getNodeCount())
                .isLessThan(model.getGraph().getNodeCount() * 6 / 10);
        assertThat(truncated.getGraph().getInitializerCount())
                .isLessThan(model.getGraph().getInitializerCount() * 6 / 10);
        assertThat(truncated.getGraph().getOutputList())
                .singleElement()
                .satisfies(output -> assertThat(output.getName()).isEqualTo(HookSurgery.output(0)));
    }

    private static ResidualStream find(ModelProto model) {
        return ResidualStream.find(model, Embeddings.in(OnnxGraph.of(model)).token());
    }

    private static String output(ModelProto model, String opType, int nth) {
        return model.getGraph().getNodeList().stream()
                .filter(n -> n.getOpType().equals(opType))
                .skip(nth)
                .findFirst()
                .orElseThrow()
                .getOutput(0);
    }

    private static NodeProto producer(ModelProto model, String value) {
        return model.getGraph().getNodeList().stream()
                .filter(n -> n.getOutputList().contains(value))
                .findFirst()
                .orElseThrow();
    }
}
