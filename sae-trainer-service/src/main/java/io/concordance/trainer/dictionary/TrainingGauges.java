package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;

/** Metrics of the run that reported last, the speed of training, and what steps and checkpoints on the way took. */
@ApplicationScoped
class TrainingGauges {
    private volatile Metrics latest = new Metrics(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    private volatile double tokensPerSecond;
    private final Timer steps;
    private final Timer checkpoints;

    TrainingGauges(MeterRegistry registry) {
        registry.gauge("concordance.trainer.loss", this, gauges -> gauges.latest.loss());
        registry.gauge("concordance.trainer.fvu", this, gauges -> gauges.latest.fvu());
        registry.gauge("concordance.trainer.l0", this, gauges -> gauges.latest.l0());
        registry.gauge("concordance.trainer.alive", this, gauges -> gauges.latest.alive());
        registry.gauge("concordance.trainer.tokens.per.second", this, gauges -> gauges.tokensPerSecond);
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

    void report(Metrics metrics, double rate) {
        latest = metrics;
        tokensPerSecond = rate;
    }

    void idle() {
        tokensPerSecond = 0;
    }
}
