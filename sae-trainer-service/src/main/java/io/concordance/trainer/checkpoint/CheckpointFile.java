package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.ExplainedVariance;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.step.MetricSums;
import io.concordance.trainer.step.TrainState;
import io.concordance.trainer.stream.Leftover;
import io.concordance.trainer.stream.PairCounts;
import io.concordance.trainer.stream.PositionState;
import io.concordance.trainer.stream.StreamState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Checkpoints as safetensors: tensors {@code encoder}, {@code encoder.first_moment}, ... of every parameter,
 * {@code last_fired}, {@code firings}, {@code recent}, {@code leftover}, {@code leftover_rows},
 * {@code leftover_documents}, {@code seen}, {@code position_offset} of a run that subtracts it, {@code steering.0.shift},
 * {@code .mean} and {@code .directions} of a run that learns from steered models; scalars in the metadata,
 * floating-point ones as the hex digits of their bits, and the latest metrics as canonical JSON. The bytes are a function of
 * the state.
 */
public final class CheckpointFile {
    private static final String FORMAT = "concordance-checkpoint/2";
    private static final String POSITION_OFFSET = "position_offset";
    private static final List<Quantity> KEPT = List.of(Quantity.VALUE, Quantity.FIRST_MOMENT, Quantity.SECOND_MOMENT);

    private CheckpointFile() {}

    public static void write(Checkpoint checkpoint, Path file) {
        writer(checkpoint).write(file);
    }

    static SafetensorsWriter writer(Checkpoint checkpoint) {
        TrainState train = checkpoint.train();
        StreamState stream = checkpoint.stream();
        SafetensorsWriter out = new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("arithmetic", checkpoint.arithmetic())
                .metadata("step", Long.toString(train.step()))
                .metadata("scale", bits(train.scale()))
                .metadata("threshold", bits(train.threshold()))
                .metadata("bestFvu", bits(train.bestFvu()))
                .metadata("runningFvu", bits(train.runningFvu()))
                .metadata("epoch", Integer.toString(stream.epoch()))
                .metadata("window", Integer.toString(stream.window()))
                .metadata("slot", Integer.toString(stream.slot()))
                .metadata("firstRow", Long.toString(stream.firstRow()))
                .metadata("batches", Integer.toString(stream.batches()))
                .metadata("pairs.batches", Long.toString(stream.pairs().batches()))
                .metadata("pairs.pairs", Long.toString(stream.pairs().pairs()))
                .metadata("pairs.rows", Long.toString(stream.pairs().rows()))
                .metadata("pairs.documentPairs", Long.toString(stream.pairs().documentPairs()));
        metrics(out, train);
        positions(out, checkpoint.positions());
        steering(out, checkpoint.steering());
        int width = Objects.requireNonNull(train.values().get(Parameter.DECODER_BIAS)).length;
        KernelShape sizes = new KernelShape(width, train.lastFired().length, 1);
        for (Quantity quantity : KEPT) {
            Map<Parameter, float[]> tensors = train.tensors(quantity);
            for (Parameter parameter : Parameter.values()) {
                out.floats(
                        name(parameter, quantity),
                        new long[] {parameter.size(sizes)},
                        () -> Objects.requireNonNull(tensors.get(parameter)));
            }
        }
        Leftover leftover = stream.leftover();
        long[] perRow = {leftover.count()};
        long[] shape = leftover.count() == 0
                ? perRow
                : new long[] {leftover.count(), leftover.rows().length / leftover.count()};
        return out.longs("last_fired", new long[] {train.lastFired().length}, train.lastFired())
                .longs("firings", new long[] {train.firings().length}, train.firings())
                .longs("recent", new long[] {train.recent().length}, train.recent())
                .floats("leftover", shape, leftover.rows())
                .longs("leftover_rows", perRow, leftover.indices())
                .longs("leftover_documents", perRow, leftover.documents())
                .bytes("seen", new long[] {stream.seen().length}, stream.seen());
    }

    private static void positions(SafetensorsWriter out, PositionState positions) {
        ExplainedVariance explained = positions.explained();
        out.metadata("position.eta2", bits(explained.eta2()))
                .metadata("position.omega2", bits(explained.omega2()))
                .metadata("position.rows", Long.toString(explained.rows()))
                .metadata("position.groups", Integer.toString(explained.groups()));
        PositionOffsets offsets = positions.offsets();
        if (offsets != null) {
            out.floats(POSITION_OFFSET, new long[] {offsets.positions(), offsets.width()}, offsets.values());
        }
    }

    private static PositionState positions(SafetensorsFile in) {
        PositionOffsets offsets = null;
        if (in.tensors().containsKey(POSITION_OFFSET)) {
            int positions = Math.toIntExact(in.info(POSITION_OFFSET).shape().getFirst());
            float[] values = in.floats(POSITION_OFFSET);
            offsets = new PositionOffsets(positions, values.length / positions, values);
        }
        return new PositionState(
                new ExplainedVariance(
                        real(in, "position.eta2"),
                        real(in, "position.omega2"),
                        whole(in, "position.rows"),
                        integer(in, "position.groups")),
                offsets);
    }

    private static void steering(SafetensorsWriter out, List<SteeringRemoved> steering) {
        for (int i = 0; i < steering.size(); i++) {
            SteeringRemoved removed = steering.get(i);
            int width = removed.shift().length;
            int directions = removed.directions().size();
            float[] all = new float[Math.multiplyExact(directions, width)];
            for (int k = 0; k < directions; k++) {
                System.arraycopy(removed.directions().get(k), 0, all, k * width, width);
            }
            out.metadata(steering(i, "arm"), removed.arm())
                    .metadata(steering(i, "rows"), Long.toString(removed.rows()))
                    .floats(steering(i, "directions"), new long[] {directions, width}, all)
                    .floats(steering(i, "shift"), new long[] {width}, removed.shift())
                    .floats(steering(i, "mean"), new long[] {width}, removed.mean());
        }
    }

    private static List<SteeringRemoved> steering(SafetensorsFile in) {
        List<SteeringRemoved> steering = new ArrayList<>();
        for (int i = 0; in.tensors().containsKey(steering(i, "shift")); i++) {
            float[] shift = in.floats(steering(i, "shift"));
            float[] all = in.floats(steering(i, "directions"));
            List<float[]> directions = new ArrayList<>();
            for (int at = 0; at < all.length; at += shift.length) {
                directions.add(Arrays.copyOfRange(all, at, at + shift.length));
            }
            steering.add(new SteeringRemoved(
                    in.metadata(steering(i, "arm")),
                    whole(in, steering(i, "rows")),
                    directions,
                    shift,
                    in.floats(steering(i, "mean"))));
        }
        return steering;
    }

    private static String steering(int index, String what) {
        return "steering." + index + "." + what;
    }

    private static void metrics(SafetensorsWriter out, TrainState train) {
        MetricSums sums = train.sums();
        out.metadata("sums.squaredError", bits(sums.squaredError()))
                .metadata("sums.variance", bits(sums.variance()))
                .metadata("sums.loss", bits(sums.loss()))
                .metadata("sums.gradientNorm", bits(sums.gradientNorm()))
                .metadata("sums.pairs", Long.toString(sums.pairs()))
                .metadata("sums.rows", Long.toString(sums.rows()))
                .metadata("sums.steps", Long.toString(sums.steps()));
        out.metadata("latest", new String(Json.canonical(train.latest()), StandardCharsets.UTF_8));
    }

    private static String name(Parameter parameter, Quantity quantity) {
        String base = parameter.name().toLowerCase(Locale.ROOT);
        return quantity == Quantity.VALUE ? base : base + "." + quantity.name().toLowerCase(Locale.ROOT);
    }

    private static String bits(double value) {
        return Long.toHexString(Double.doubleToRawLongBits(value));
    }

    private static double real(SafetensorsFile in, String key) {
        return Double.longBitsToDouble(Long.parseUnsignedLong(in.metadata(key), 16));
    }

    private static int integer(SafetensorsFile in, String key) {
        return Integer.parseInt(in.metadata(key));
    }

    private static long whole(SafetensorsFile in, String key) {
        return Long.parseLong(in.metadata(key));
    }

    /**
     * Reads a checkpoint back.
     *
     * @throws FieldProblem when the file is not one of this format
     */
    public static Checkpoint read(Path file) {
        try (SafetensorsFile in = SafetensorsFile.open(file)) {
            return read(in);
        }
    }

    static Checkpoint read(SafetensorsFile in) {
        if (!in.metadata("format").equals(FORMAT)) {
            throw new FieldProblem("format", in.metadata("format"), FORMAT);
        }
        TrainState train = new TrainState(
                whole(in, "step"),
                (float) real(in, "scale"),
                real(in, "threshold"),
                in.longs("last_fired"),
                in.longs("firings"),
                in.longs("recent"),
                real(in, "bestFvu"),
                real(in, "runningFvu"),
                new MetricSums(
                        real(in, "sums.squaredError"),
                        real(in, "sums.variance"),
                        real(in, "sums.loss"),
                        real(in, "sums.gradientNorm"),
                        whole(in, "sums.pairs"),
                        whole(in, "sums.rows"),
                        whole(in, "sums.steps")),
                Json.read(in.metadata("latest").getBytes(StandardCharsets.UTF_8), Metrics.class),
                tensors(in, Quantity.VALUE),
                tensors(in, Quantity.FIRST_MOMENT),
                tensors(in, Quantity.SECOND_MOMENT));
        StreamState stream = new StreamState(
                integer(in, "epoch"),
                integer(in, "window"),
                integer(in, "slot"),
                whole(in, "firstRow"),
                integer(in, "batches"),
                new Leftover(in.floats("leftover"), in.longs("leftover_rows"), in.longs("leftover_documents")),
                in.bytes("seen"),
                new PairCounts(
                        whole(in, "pairs.batches"),
                        whole(in, "pairs.pairs"),
                        whole(in, "pairs.rows"),
                        whole(in, "pairs.documentPairs")));
        return new Checkpoint(train, stream, positions(in), in.metadata("arithmetic"), steering(in));
    }

    private static Map<Parameter, float[]> tensors(SafetensorsFile in, Quantity quantity) {
        Map<Parameter, float[]> tensors = new EnumMap<>(Parameter.class);
        for (Parameter parameter : Parameter.values()) {
            tensors.put(parameter, in.floats(name(parameter, quantity)));
        }
        return tensors;
    }
}
