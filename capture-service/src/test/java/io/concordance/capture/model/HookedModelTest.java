package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.tensor.DType;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HookedModelTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final TokenBatch BATCH =
            TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 1, 3}, new int[] {2, 7, 1}));

    private static RegisteredModel organism;
    private static ModelProto onnx;

    @BeforeAll
    static void inspect() {
        organism = new ModelInspection(2048)
                .inspect("organism", DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"));
        onnx = OnnxFile.read(DEMO.resolve("model.onnx"));
    }

    @Test
    void givesTheActivationsOfTheWholeModelBitForBit() {
        Map<String, OnnxSession.Values> whole;
        List<String> tensors = organism.hooks().stream().map(HookPoint::tensor).toList();
        List<String> outputs = java.util.stream.IntStream.range(0, tensors.size())
                .mapToObj(HookSurgery::output)
                .toList();
        try (OnnxSession session = OnnxSession.open(HookSurgery.exposing(onnx, tensors, HookSurgery.Precision.FP32))) {
            whole = session.run(BATCH, outputs);
        }

        Map<String, float[]> captured = capture(DType.F32);

        for (int h = 0; h < tensors.size(); h++) {
            float[] all = whole.get(HookSurgery.output(h)).data();
            assertThat(captured.get(h + "/0")).containsExactly(java.util.Arrays.copyOfRange(all, 0, 6 * 128));
            assertThat(captured.get(h + "/1")).containsExactly(java.util.Arrays.copyOfRange(all, 6 * 128, 9 * 128));
        }
    }

    @Test
    void roundsToHalfPrecisionAsJavaDoes() {
        Map<String, float[]> full = capture(DType.F32);
        Map<String, float[]> half = capture(DType.F16);

        full.forEach((key, values) -> {
            for (int i = 0; i < values.length; i++) {
                assertThat(half.get(key)[i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(values[i])));
            }
        });
    }

    @Test
    void hooksAnyTensorByItsOwnName() {
        String tensor = organism.hooks().get(2).tensor();

        HookPoint raw = ModelInspection.rawTensor(organism, onnx, tensor);

        assertThat(raw).isEqualTo(HookPoint.raw(tensor, 128));
        assertThat(ModelInspection.hasTensor(onnx, "no such tensor")).isFalse();
    }

    @Test
    void refusesTokensTheModelDoesNotKnow() {
        try (HookedModel model = open(DType.F16)) {
            TokenBatch unknown = TokenBatch.of(List.of(new int[] {1_000_000}));

            assertThatThrownBy(() -> model.run(unknown, (hook, document, rows) -> {}))
                    .isInstanceOf(ModelRunException.class)
                    .hasMessageContaining("1 x 1 tokens");
        }
    }

    private static HookedModel open(DType dtype) {
        return HookedModel.open(organism, organism.hooks(), dtype, onnx, DEMO.resolve("tokenizer.json"));
    }

    private static Map<String, float[]> capture(DType dtype) {
        Map<String, float[]> captured = new HashMap<>();
        try (HookedModel model = open(dtype)) {
            model.run(BATCH, (hook, document, rows) -> {
                float[] values;
                if (dtype == DType.F32) {
                    values = rows.toArray(ValueLayout.JAVA_FLOAT);
                } else {
                    short[] halves = rows.toArray(ValueLayout.JAVA_SHORT);
                    values = new float[halves.length];
                    for (int i = 0; i < halves.length; i++) {
                        values[i] = Float.float16ToFloat(halves[i]);
                    }
                }
                captured.put(hook + "/" + document, values);
            });
        }
        return captured;
    }
}
