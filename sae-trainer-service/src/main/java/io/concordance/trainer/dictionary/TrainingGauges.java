package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;

/** Metrics of the run that reported last, and the speed of training. */
@ApplicationScoped
class TrainingGauges {
    private volatile Metrics latest = new Metrics(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    private volatile double tokensPerSecond;

    TrainingGauges(MeterRegistry registry) {
        registry.gauge("concordance.trainer.loss", this, gauges -> gauges.latest.loss());
        registry.gauge("concordance.trainer.fvu", this, gauges -> gauges.latest.fvu());
        registry.gauge("concordance.trainer.l0", this, gauges -> gauges.latest.l0());
        registry.gauge("concordance.trainer.alive", this, gauges -> gauges.latest.alive());
        registry.gauge("concordance.trainer.tokens.per.second", this, gauges -> gauges.tokensPerSecond);
    }

    void report(Metrics metrics, double rate) {
        latest = metrics;
        tokensPerSecond = rate;
    }

    void idle() {
        tokensPerSecond = 0;
    }
}
