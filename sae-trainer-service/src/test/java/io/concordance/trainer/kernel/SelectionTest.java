package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SelectionTest {
    /** width 1, encoder all ones: every feature of a row has the row's own value as pre-activation. */
    private static final KernelShape SHAPE = new KernelShape(1, 40, 6);

    static Stream<StepKernels> engines() {
        return Stream.of(new ScalarKernels(SHAPE), new VectorKernels(SHAPE, 1), new VectorKernels(SHAPE, 2));
    }

    private static List<String> select(StepKernels kernels, Selection selection, float... rows) {
        float[] ones = new float[SHAPE.features()];
        java.util.Arrays.fill(ones, 1);
        kernels.put(Parameter.ENCODER, Quantity.VALUE, ones);
        kernels.put(Parameter.DECODER, Quantity.VALUE, ones);
        kernels.centre(rows, 1);
        kernels.select(selection);
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < kernels.pairs().count(); i++) {
            pairs.add(kernels.pairs().rows()[i] + ":" + kernels.pairs().features()[i]);
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void amongEqualsARowKeepsTheLowerFeatures(StepKernels kernels) {
        assertThat(select(kernels, new Selection.TopK(2), 1, 1, 0, -1, 2, 1))
                .containsExactly("0:0", "0:1", "1:0", "1:1", "4:0", "4:1", "5:0", "5:1");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void amongEqualsABatchKeepsTheLowerRowsThenTheLowerFeatures(StepKernels kernels) {
        // 12 places: the fifth row's forty equal values win, the first twelve features of them.
        assertThat(select(kernels, new Selection.BatchTopK(2), 1, 1, 0, -1, 2, 1))
                .hasSize(12)
                .allMatch(pair -> pair.startsWith("4:"))
                .contains("4:0", "4:11");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsNotPositiveIsNeverKept(StepKernels kernels) {
        assertThat(select(kernels, new Selection.BatchTopK(30), 0, -1, -2, -0f, -3, -4))
                .isEmpty();
        assertThat(select(kernels, new Selection.TopK(3), 0, -1, -2, -0f, -3, -4))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aBatchKeepsAllPositivesWhenTheyAreFewerThanItsPlaces(StepKernels kernels) {
        assertThat(select(kernels, new Selection.BatchTopK(30), 1, -1, -2, 3, -3, -4))
                .hasSize(80);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aBatchAfterAMuchLouderOneIsSelectedAsIfItStoodAlone(StepKernels kernels) {
        select(kernels, new Selection.BatchTopK(2), 1000, 1000, 1000, 1000, 1000, 1000);
        assertThat(select(kernels, new Selection.BatchTopK(2), 1, 1, 0, -1, 2, 1))
                .hasSize(12)
                .allMatch(pair -> pair.startsWith("4:"));
    }
}
