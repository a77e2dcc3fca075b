package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.Embeddings;
import io.concordance.capture.model.graph.HeadGraph;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.capture.model.graph.ResidualStream;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The matrix W {@code [width, vocabulary]} by which a direction v of the residual stream changes the logits where the
 * stream has unit spread: v W, with the last norm's weights and, where that norm centres, its centring in W. It is read off
 * the model by running its last norm and head on each unit vector, however they are written and stored, and is only believed
 * when a random direction changes the logits as W says.
 */
final class Unembedding {
    private static final Logger LOG = Logger.getLogger(Unembedding.class);

    /** Name of the tensor, F32 {@code [width, vocabulary]}. */
    static final String TENSOR = "unembedding";

    private static final String OUTPUT = HookSurgery.output(0);
    /** Large, so that what a norm adds to the variance does not count; small enough for half precision. */
    private static final float LENGTH = 64;

    private static final int SEED = 20260103;
    private static final double TOLERANCE = 0.01;
    private static final double CENTRED = 0.05;
    private static final int CHUNK_FLOATS = 1 << 22;

    private final OnnxSession session;
    private final int width;
    private final int vocabulary;
    private final float[] atZero;
    private final double scale;

    private Unembedding(OnnxSession session, int width, float[] atZero, double scale) {
        this.session = session;
        this.width = width;
        this.vocabulary = atZero.length;
        this.atZero = atZero;
        this.scale = scale;
    }

    /**
     * Writes the matrix as a safetensors file.
     *
     * @param model as {@link ModelFiles#graph} gives it
     * @param mostBytes largest matrix that is written
     * @return false when the model has none, or a larger one; then nothing is written
     */
    static boolean write(ModelProto model, Path file, long mostBytes) {
        if (model.getGraph().getOutputList().stream()
                .noneMatch(output -> output.getName().equals(CausalLogits.OUTPUT))) {
            return false;
        }
        Embeddings embeddings = Embeddings.in(OnnxGraph.of(model));
        ResidualStream stream = ResidualStream.find(model, embeddings.token());
        long bytes = (long) embeddings.width() * embeddings.vocabulary() * Float.BYTES;
        if (stream.layers().isEmpty() || bytes > mostBytes) {
            return false;
        }
        String end = stream.layers().getLast().post();
        for (DataType type : List.of(DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16)) {
            ModelProto head = HeadGraph.of(model, CausalLogits.OUTPUT, end, type);
            if (head == null) {
                return false;
            }
            try (OnnxSession session = OnnxSession.open(head)) {
                Unembedding found = of(session, embeddings.width());
                return found != null && found.vocabulary >= embeddings.vocabulary() && found.writeChecked(file);
            } catch (ModelRunException e) {
                LOG.debugf("no head for a stream of %s: %s", type, e.getMessage());
            }
        }
        return false;
    }

    /** Null when what lies between stream and head is neither linear nor a norm. */
    private static @Nullable Unembedding of(OnnxSession session, int width) {
        float[] probes = new float[4 * width];
        probes[width] = LENGTH;
        probes[2 * width] = 2 * LENGTH;
        Arrays.fill(probes, 3 * width, 4 * width, LENGTH);
        float[] found = run(session, probes, width);
        int vocabulary = found.length / 4;
        float[] zero = Arrays.copyOf(found, vocabulary);
        double once = 0;
        double same = 0;
        double twice = 0;
        double flat = 0;
        for (int v = 0; v < vocabulary; v++) {
            double one = found[vocabulary + v] - zero[v];
            double two = found[2 * vocabulary + v] - zero[v];
            once = Math.max(once, Math.abs(one));
            same = Math.max(same, Math.abs(two - one));
            twice = Math.max(twice, Math.abs(two - 2 * one));
            flat = Math.max(flat, Math.abs((double) found[3 * vocabulary + v] - zero[v]));
        }
        double spread;
        if (same <= TOLERANCE * once) {
            spread = flat <= CENTRED * once ? Math.sqrt(width - 1.0) / width : 1 / Math.sqrt(width);
        } else if (twice <= TOLERANCE * once) {
            spread = 1 / LENGTH;
        } else {
            return null;
        }
        return new Unembedding(session, width, zero, spread);
    }

    private static float[] run(OnnxSession session, float[] rows, int width) {
        long[] shape = {1, rows.length / width, width};
        try (OnnxTensor input =
                        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(rows), shape);
                OrtSession.Result result = session.run(Map.of(HeadGraph.STREAM, input), Set.of(OUTPUT))) {
            Values values = OnnxSession.read(OUTPUT, result.get(OUTPUT).orElseThrow());
            if (values.data().length % shape[1] != 0) {
                throw new ModelRunException("the head gives shape " + Arrays.toString(values.shape()));
            }
            return values.data();
        } catch (OrtException e) {
            throw new ModelRunException("the head cannot be run", e);
        }
    }

    private boolean writeChecked(Path file) {
        SafetensorsWriter writer = new SafetensorsWriter().reserved(TENSOR, DType.F32, new long[] {width, vocabulary});
        Random random = new Random(SEED);
        double[] direction = random.doubles(width, -1, 1).toArray();
        double[] predicted = new double[vocabulary];
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, writer.size(), arena);
            writer.writeInto(memory);
            long at = writer.offset(TENSOR);
            int together = Math.clamp(CHUNK_FLOATS / vocabulary, 1, width);
            for (int from = 0; from < width; from += together) {
                int count = Math.min(together, width - from);
                float[] rows = rows(from, count);
                for (int i = 0; i < rows.length; i++) {
                    predicted[i % vocabulary] += direction[from + i / vocabulary] * rows[i];
                }
                MemorySegment.copy(rows, 0, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, at, rows.length);
                at += (long) rows.length * Float.BYTES;
            }
            memory.force();
            return foretells(direction, predicted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows {@code [from, from + count)} of the matrix. */
    private float[] rows(int from, int count) {
        float[] units = new float[count * width];
        for (int r = 0; r < count; r++) {
            units[r * width + from + r] = LENGTH;
        }
        float[] rows = run(session, units, width);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) ((rows[i] - (double) atZero[i % vocabulary]) * scale);
        }
        return rows;
    }

    /** Up to one factor, the spread of the direction, which a norm divides by. */
    private boolean foretells(double[] direction, double[] predicted) {
        float[] row = new float[width];
        for (int i = 0; i < width; i++) {
            row[i] = (float) (LENGTH * direction[i]);
        }
        float[] found = run(session, row, width);
        double both = 0;
        double own = 0;
        for (int v = 0; v < vocabulary; v++) {
            both += predicted[v] * (found[v] - (double) atZero[v]);
            own += predicted[v] * predicted[v];
        }
        double factor = own == 0 ? 0 : both / own;
        double largest = 0;
        double wrong = 0;
        for (int v = 0; v < vocabulary; v++) {
            double moved = found[v] - (double) atZero[v];
            largest = Math.max(largest, Math.abs(moved));
            wrong = Math.max(wrong, Math.abs(moved - factor * predicted[v]));
        }
        return factor > 0 && wrong <= TOLERANCE * largest;
    }
}
