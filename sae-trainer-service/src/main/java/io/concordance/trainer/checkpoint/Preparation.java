package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.HeldOutSlices;
import io.concordance.trainer.stream.PositionMeans;
import io.concordance.trainer.stream.PositionState;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SteeredCapture;
import io.concordance.trainer.stream.SteeringMeans;
import io.concordance.trainer.stream.WithoutPosition;
import io.concordance.trainer.stream.WithoutSteering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What must be known of the rows before the first step, and the rows as training sees them. */
final class Preparation {
    /** Rows in which position is looked at where it is left alone. */
    private static final int LOOKED_AT = 1 << 16;

    private final TrainConfig config;
    private final int width;
    private final ShardOrder order;
    private final ShardSource source;
    private final HeldOutSlices heldOut;
    private final List<SteeredCapture> steered;
    private final List<SteeringRemoved> removed = new ArrayList<>();
    private @Nullable SteeringMeans steering;
    private @Nullable PositionMeans means;
    private @Nullable PositionState positions;

    /**
     * @param steered captures of a steered model among those of the order, each job once
     * @param from what is known already
     */
    Preparation(
            TrainConfig config,
            int width,
            ShardOrder order,
            ShardSource source,
            HeldOutSlices heldOut,
            List<SteeredCapture> steered,
            @Nullable Checkpoint from) {
        this.config = config;
        this.width = width;
        this.order = order;
        this.source = source;
        this.heldOut = heldOut;
        this.steered = List.copyOf(steered);
        if (from != null) {
            positions = from.positions();
            removed.addAll(from.steering());
        }
    }

    /** Rows as training sees them, as far as that is known. */
    ShardSource rows() {
        PositionOffsets offsets = positions == null ? null : positions.offsets();
        return offsets == null ? unsteered() : new WithoutPosition(unsteered(), offsets);
    }

    /** Rows less what steering does to all rows of an arm. */
    private ShardSource unsteered() {
        Map<String, SteeringRemoved> byJob = new HashMap<>();
        for (int i = 0; i < removed.size(); i++) {
            byJob.put(steered.get(i).job(), removed.get(i));
        }
        return byJob.isEmpty() ? source : new WithoutSteering(source, byJob);
    }

    /** Whether rows must be read before {@link #rows} is what it is for the rest of the run. */
    boolean pending() {
        return removed.size() < steered.size() || positions == null && config.position() == Position.SUBTRACT;
    }

    /** Reads the next slice that must be; {@code DONE} where that made {@link #rows} another. */
    PositionMeans.Progress advance() {
        return removed.size() < steered.size() ? measure(steered.get(removed.size())) : measurePosition();
    }

    private PositionMeans.Progress measure(SteeredCapture capture) {
        SteeringMeans current = steering;
        if (current == null) {
            current = new SteeringMeans(order, source, capture, width);
            steering = current;
        }
        PositionMeans.Progress progress = current.advance();
        if (progress == PositionMeans.Progress.DONE) {
            removed.add(current.removed());
            steering = null;
        }
        return progress;
    }

    private PositionMeans.Progress measurePosition() {
        PositionMeans current = means;
        if (current == null) {
            current = new PositionMeans(order, heldOut.without(unsteered()), width, config.tokens());
            means = current;
        }
        PositionMeans.Progress progress = current.advance();
        if (progress == PositionMeans.Progress.DONE) {
            positions = new PositionState(current.explained(), current.offsets());
            means = null;
        }
        return progress;
    }

    /** Finds out how much position explains in rows of the first window, which have all been written, unless it is known. */
    void look() {
        if (positions != null) {
            return;
        }
        PositionMeans first =
                new PositionMeans(order, heldOut.without(unsteered()), width, Math.min(LOOKED_AT, config.windowRows()));
        while (first.advance() == PositionMeans.Progress.READ) {}
        positions = new PositionState(first.explained(), null);
    }

    /** Begins anew, with other shards. */
    void forget() {
        steering = null;
        removed.clear();
        means = null;
        positions = null;
    }

    /** What is known about position; null before {@link #look}. */
    @Nullable
    PositionState positions() {
        return positions;
    }

    List<SteeringRemoved> removed() {
        return removed;
    }

    /** A dictionary of {@link #rows}, with what it takes to make them and what was taken off them. */
    Dictionary described(Dictionary dictionary) {
        Dictionary known = removed.isEmpty()
                ? dictionary
                : dictionary.described(dictionary.info().without(removed));
        return positions == null || positions.offsets() == null
                ? known
                : known.reading(new DictionaryInput(null, positions.offsets()));
    }
}
