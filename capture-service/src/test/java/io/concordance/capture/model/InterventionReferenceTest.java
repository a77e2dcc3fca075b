package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.Edits.Placed;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Interventions in the organism against PyTorch, whose values {@code demo/organism/reference.py} wrote. One session runs
 * all of them.
 */
class InterventionReferenceTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final int WIDTH = 128;
    private static final int LAST = 4;
    private static final int LOGITS = 5;
    private static final String Z = "/blocks.2/Reshape_3_output_0";

    private static SafetensorsFile fixture;
    private static HookedModel model;
    private static List<EditSite> sites;
    private static TokenBatch batch;

    @BeforeAll
    static void open() {
        fixture = SafetensorsFile.open(Path.of("src", "test", "resources", "interventions.safetensors"));
        RegisteredModel organism = new ModelInspection(2048)
                .inspect("organism", DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"));
        ModelProto onnx = OnnxFile.read(DEMO.resolve("model.onnx"));
        List<HookPoint> hooks = new ArrayList<>();
        for (String name : List.of("resid_pre.0", "resid_post.0", "resid_post.1", "resid_post.2", "resid_post.3")) {
            hooks.add(organism.hooks().stream()
                    .filter(hook -> hook.isCalled(name))
                    .findFirst()
                    .orElseThrow());
        }
        hooks.add(CausalLogits.of(organism, onnx));
        sites = List.of(
                new EditSite(hooks.get(1).tensor(), WIDTH, 1, false),
                new EditSite(hooks.get(2).tensor(), WIDTH, 2, false),
                new EditSite(hooks.get(3).tensor(), WIDTH, 1, true),
                new EditSite(Z, WIDTH, 1, false));
        model = HookedModel.open(organism, hooks, DType.F32, sites, onnx, DEMO.resolve("tokenizer.json"));
        int[] tokens = fixture.ints("tokens");
        int first = Json.read(fixture.metadata("lengths").getBytes(StandardCharsets.UTF_8), int[].class)[0];
        batch = TokenBatch.of(
                List.of(Arrays.copyOfRange(tokens, 0, first), Arrays.copyOfRange(tokens, first, tokens.length)));
    }

    @AfterAll
    static void close() {
        model.close();
        fixture.close();
    }

    @Test
    void addsAVector() {
        Map<Integer, float[]> run = run(new Placed(1, 1, Edit.add(fixture.floats("vector")), all()));

        requireClose(run.get(LAST), fixture.floats("add"));
        requireClose(lastLogits(run), fixture.floats("add.logits"));
    }

    @Test
    void changesNothingUpstreamAndTheHookItselfByTheVector() {
        Map<Integer, float[]> clean = run();
        Map<Integer, float[]> run = run(new Placed(1, 0, Edit.add(fixture.floats("vector")), all()));

        assertThat(bits(run.get(0))).isEqualTo(bits(clean.get(0)));
        assertThat(bits(run.get(1))).isEqualTo(bits(clean.get(1)));
        float[] vector = fixture.floats("vector");
        for (int i = 0; i < run.get(2).length; i++) {
            assertThat(run.get(2)[i]).isEqualTo(clean.get(2)[i] + vector[i % WIDTH]);
        }
    }

    @Test
    void addsAtTheLastPositionOfADocument() {
        byte[] mask = new byte[batch.ids().length];
        for (int row = 0; row < batch.rows(); row++) {
            mask[row * batch.length() + batch.lengths()[row] - 1] = 1;
        }

        requireClose(
                run(new Placed(1, 0, Edit.add(fixture.floats("vector")), mask)).get(LAST), fixture.floats("add_last"));
    }

    @Test
    void projectsADirectionOutAtListedPositions() {
        byte[] mask = new byte[batch.ids().length];
        for (int row = 0; row < batch.rows(); row++) {
            mask[row * batch.length() + 3] = 1;
            mask[row * batch.length() + 5] = 1;
        }

        requireClose(run(new Placed(2, 0, Edit.project(unit()), mask)).get(LAST), fixture.floats("project_listed"));
    }

    @Test
    void shiftsOneHead() {
        float[] shift = new float[WIDTH];
        System.arraycopy(fixture.floats("head"), 0, shift, WIDTH / 4, WIDTH / 4);

        requireClose(run(new Placed(3, 0, Edit.add(shift), all())).get(LAST), fixture.floats("shift_head"));
    }

    @Test
    void replacesTheValueByItsReconstruction() {
        Map<Integer, float[]> run = run(new Placed(2, 0, Edit.reconstruct(dictionary("jumprelu")), all()));

        requireClose(run.get(LAST), fixture.floats("reconstruct"));
        requireClose(lastLogits(run), fixture.floats("reconstruct.logits"));
        requireClose(
                run(new Placed(2, 0, Edit.reconstruct(dictionary("topk")), all()))
                        .get(LAST),
                fixture.floats("reconstruct_topk"));
    }

    @Test
    void ablatesFeaturesAndKeepsTheRest() {
        int[] features = {3, 7};

        requireClose(
                run(new Placed(2, 0, Edit.ablate(dictionary("jumprelu"), features), all()))
                        .get(LAST),
                fixture.floats("ablate"));
        requireClose(
                run(new Placed(2, 0, Edit.ablate(dictionary("topk"), features), all()))
                        .get(LAST),
                fixture.floats("ablate_topk"));
    }

    @Test
    void ablatesByTheClosedForm() {
        Dictionary dictionary = dictionary("jumprelu");
        float[] h = run().get(3);
        float[] ablated = run(new Placed(2, 0, Edit.ablate(dictionary, new int[] {3, 7}), all()))
                .get(3);

        int fired = 0;
        for (int row = 0; row < h.length / WIDTH; row++) {
            double[] expected = new double[WIDTH];
            Arrays.setAll(expected, i -> 0);
            for (int j : new int[] {3, 7}) {
                double z = dictionary.encoderBias()[j];
                for (int i = 0; i < WIDTH; i++) {
                    z += ((double) h[row * WIDTH + i] - dictionary.decoderBias()[i])
                            * dictionary.encoder()[j * WIDTH + i];
                }
                if (z > dictionary.threshold()[j]) {
                    fired++;
                    for (int i = 0; i < WIDTH; i++) {
                        expected[i] += z * dictionary.decoder()[j * WIDTH + i];
                    }
                }
            }
            for (int i = 0; i < WIDTH; i++) {
                assertThat((double) ablated[row * WIDTH + i]).isCloseTo(h[row * WIDTH + i] - expected[i], within(1e-5));
            }
        }
        assertThat(fired).isPositive();
    }

    @Test
    void makesSeveralChangesInOneRun() {
        Map<Integer, float[]> run = run(
                new Placed(0, 0, Edit.add(fixture.floats("vector")), all()),
                new Placed(2, 0, Edit.project(unit()), all()));

        requireClose(run.get(LAST), fixture.floats("two"));
    }

    @Test
    void changesNothingWhenOff() {
        requireClose(run().get(LAST), fixture.floats("clean"));
    }

    private static byte[] all() {
        byte[] mask = new byte[batch.ids().length];
        Arrays.fill(mask, (byte) 1);
        return mask;
    }

    private static float[] unit() {
        float[] vector = fixture.floats("vector");
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return unit;
    }

    private static Dictionary dictionary(String architecture) {
        float[] threshold = fixture.floats("threshold");
        return new Dictionary(
                WIDTH,
                threshold.length,
                fixture.floats("encoder"),
                fixture.floats("encoder_bias"),
                fixture.floats("decoder"),
                fixture.floats("decoder_bias"),
                threshold,
                new DictionaryInfo(architecture, architecture, 4, "organism", "blocks.2.hook_resid_post", 0, 0, 4, 0));
    }

    /** Rows of all documents one after the other, by hook. */
    private static Map<Integer, float[]> run(Placed... edits) {
        Map<Integer, float[]> rows = new HashMap<>();
        model.run(batch, new Edits(List.of(edits)), (hook, document, values) -> {
            float[] earlier = rows.getOrDefault(hook, new float[0]);
            float[] more = values.toArray(ValueLayout.JAVA_FLOAT);
            float[] joined = Arrays.copyOf(earlier, earlier.length + more.length);
            System.arraycopy(more, 0, joined, earlier.length, more.length);
            rows.put(hook, joined);
        });
        return rows;
    }

    private static float[] lastLogits(Map<Integer, float[]> run) {
        float[] logits = run.get(LOGITS);
        int tokens = Arrays.stream(batch.lengths()).sum();
        int vocabulary = logits.length / tokens;
        float[] last = new float[2 * vocabulary];
        System.arraycopy(logits, (batch.lengths()[0] - 1) * vocabulary, last, 0, vocabulary);
        System.arraycopy(logits, (tokens - 1) * vocabulary, last, vocabulary, vocabulary);
        return last;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    private static void requireClose(float[] values, float[] reference) {
        assertThat(values).hasSameSizeAs(reference);
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs((double) values[i] - reference[i]));
        }
        assertThat(largest).isLessThanOrEqualTo(1e-4);
    }
}
