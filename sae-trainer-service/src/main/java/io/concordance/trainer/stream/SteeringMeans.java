package io.concordance.trainer.stream;

import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds out what steering does to every row: the mean of a steered capture less that of the same tokens unsteered. All rows
 * of both are read once, slice after slice, summed in double precision, so that the same rows give the same bits. Both
 * must have the same tokens at the same positions of the same documents, in the same order.
 */
public final class SteeringMeans {
    /** What is left of a direction, as a share of its length, for it to be another one than those before. */
    private static final double INDEPENDENT = 1e-6;

    private final SteeredCapture capture;
    private final List<ShardOrder.Slot> slots;
    private final ShardSource source;
    private final Side steered;
    private final Side unsteered;
    private final float[] row;
    private int slot;

    private static final class Side {
        private final double[] sums;
        private final MessageDigest tokens = Digests.newDigest();
        private long rows;

        Side(int width) {
            sums = new double[width];
        }
    }

    /**
     * @param order of the run
     * @param source of the run's rows
     * @param width values a row, d
     * @throws FieldProblem when a direction has another width, or none points anywhere
     */
    public SteeringMeans(ShardOrder order, ShardSource source, SteeredCapture capture, int width) {
        this.capture = capture;
        this.source = source;
        this.slots = IntStream.range(0, order.size())
                .mapToObj(order::at)
                .filter(place -> place.job().equals(capture.job()))
                .toList();
        this.steered = new Side(width);
        this.unsteered = new Side(width);
        this.row = new float[width];
        for (int i = 0; i < capture.directions().size(); i++) {
            int values = capture.directions().get(i).length;
            if (values != width) {
                throw new FieldProblem(
                        capture.field() + ".directions[" + i + "]", values + " values", width + ", as in a row");
            }
        }
    }

    /** Reads the next slice of either capture. */
    public PositionMeans.Progress advance() {
        int own = slots.size();
        if (slot == own + capture.unsteered().size()) {
            return PositionMeans.Progress.DONE;
        }
        boolean first = slot < own;
        ShardOrder.Slot place = first ? slots.get(slot) : capture.unsteered().at(slot - own);
        ShardSource from = first ? source : capture.reference();
        Optional<ShardSource.Written> found = from.find(place);
        if (found.isEmpty()) {
            return PositionMeans.Progress.STARVED;
        }
        if (!found.get().complete()) {
            throw problem("a capture of which a shard cannot be used", "two whole captures of the same tokens");
        }
        if (found.get().counts()) {
            if (found.get().width() != row.length) {
                throw problem(found.get().width() + " values a row", row.length + ", as in the run");
            }
            try (SliceRows rows = from.open(place, found.get())) {
                read(rows, first ? steered : unsteered);
            }
        }
        slot++;
        return PositionMeans.Progress.READ;
    }

    private void read(SliceRows slice, Side side) {
        RowColumns columns = slice.columns();
        ByteBuffer place = ByteBuffer.allocate(2 * Integer.BYTES);
        int document = -1;
        for (int r = 0; r < slice.rows(); r++) {
            slice.copy(r, row, 0);
            for (int c = 0; c < row.length; c++) {
                side.sums[c] += row[c];
            }
            if (columns.document()[r] != document) {
                document = columns.document()[r];
                side.tokens.update(columns.id(r).getBytes(StandardCharsets.UTF_8));
            }
            place.clear();
            place.putInt(columns.position()[r]).putInt(columns.token()[r]);
            side.tokens.update(place.array());
        }
        side.rows += slice.rows();
    }

    /**
     * What is to be taken off.
     *
     * @throws FieldProblem when the two captures are not of the same tokens
     */
    public SteeringRemoved removed() {
        if (steered.rows == 0 || steered.rows != unsteered.rows) {
            throw problem(
                    unsteered.rows + " rows unsteered, " + steered.rows + " steered", "as many of either, more than 0");
        }
        if (!Arrays.equals(steered.tokens.digest(), unsteered.tokens.digest())) {
            throw problem("other tokens", "the tokens of the steered capture, document by document");
        }
        int width = row.length;
        float[] mean = new float[width];
        float[] shift = new float[width];
        for (int c = 0; c < width; c++) {
            double without = unsteered.sums[c] / unsteered.rows;
            mean[c] = (float) without;
            shift[c] = (float) (steered.sums[c] / steered.rows - without);
        }
        return new SteeringRemoved(capture.arm(), steered.rows, orthonormal(capture.directions()), shift, mean);
    }

    private FieldProblem problem(String given, String allowed) {
        return new FieldProblem(capture.field() + ".shift", given, allowed);
    }

    /** Gram and Schmidt, twice over; directions that lie in those before are left out. */
    static List<float[]> orthonormal(List<float[]> directions) {
        List<double[]> found = new ArrayList<>();
        for (float[] direction : directions) {
            double[] rest = new double[direction.length];
            Arrays.setAll(rest, c -> direction[c]);
            double length = length(rest);
            for (int pass = 0; pass < 2; pass++) {
                for (double[] before : found) {
                    double along = 0;
                    for (int c = 0; c < rest.length; c++) {
                        along += rest[c] * before[c];
                    }
                    for (int c = 0; c < rest.length; c++) {
                        rest[c] -= along * before[c];
                    }
                }
            }
            double left = length(rest);
            if (left > INDEPENDENT * length) {
                for (int c = 0; c < rest.length; c++) {
                    rest[c] /= left;
                }
                found.add(rest);
            }
        }
        return found.stream().map(SteeringMeans::narrow).toList();
    }

    private static double length(double[] vector) {
        double squares = 0;
        for (double value : vector) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int c = 0; c < narrow.length; c++) {
            narrow[c] = (float) values[c];
        }
        return narrow;
    }
}
