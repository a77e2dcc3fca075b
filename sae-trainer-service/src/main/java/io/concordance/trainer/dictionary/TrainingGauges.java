package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.event.HeldOutMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Metrics and speed of the runs that this process is training, one series a run for as long as it is held, and what steps
 * and checkpoints on the way took.
 */
@ApplicationScoped
class TrainingGauges {
    private static final String PREFIX = "concordance.trainer.";

    private final MeterRegistry registry;
    private final Map<String, MultiGauge> gauges = new TreeMap<>();
    private final Map<UUID, Map<String, Double>> held = new LinkedHashMap<>();
    private final Timer steps;
    private final Timer checkpoints;

    TrainingGauges(MeterRegistry registry) {
        this.registry = registry;
        steps = registry.timer("concordance.trainer.steps");
        checkpoints = registry.timer("concordance.trainer.checkpoints");
    }

    /** A step was taken, its rows read included. */
    void stepped(long nanos) {
        steps.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A checkpoint became the one to resume from. */
    void checkpointed(long nanos) {
        checkpoints.record(nanos, TimeUnit.NANOSECONDS);
    }

    synchronized void report(UUID run, Metrics metrics, double rate) {
        held.put(run, values(metrics, rate));
        show();
    }

    /** The run is no longer trained here. */
    synchronized void idle(UUID run) {
        held.remove(run);
        show();
    }

    private static Map<String, Double> values(Metrics metrics, double rate) {
        Map<String, Double> values = new TreeMap<>();
        values.put("loss", metrics.loss());
        values.put("fvu", metrics.fvu());
        values.put("explained", metrics.explained());
        values.put("l0", metrics.l0());
        values.put("alive", metrics.alive());
        values.put("tokens.per.second", rate);
        put(values, "cosine", metrics.cosine());
        put(values, "gradient.norm", metrics.gradientNorm());
        HeldOutMetrics heldOut = metrics.heldOut();
        if (heldOut != null) {
            values.put("held.out.rows", (double) heldOut.rows());
            values.put("held.out.fvu", heldOut.fvu());
            values.put("held.out.l0", heldOut.l0());
            values.put("held.out.cosine", heldOut.cosine());
        }
        return values;
    }

    private static void put(Map<String, Double> values, String name, @Nullable Double value) {
        if (value != null) {
            values.put(name, value);
        }
    }

    private void show() {
        held.values()
                .forEach(values -> values.keySet()
                        .forEach(name -> gauges.computeIfAbsent(
                                name, key -> MultiGauge.builder(PREFIX + key).register(registry))));
        gauges.forEach((name, gauge) -> gauge.register(rows(name), true));
    }

    private List<MultiGauge.Row<?>> rows(String name) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        held.forEach((run, values) -> {
            Double value = values.get(name);
            if (value != null) {
                rows.add(MultiGauge.Row.of(Tags.of("run", run.toString()), value));
            }
        });
        return rows;
    }
}
