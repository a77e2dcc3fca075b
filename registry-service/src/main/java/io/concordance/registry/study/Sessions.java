package io.concordance.registry.study;

import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.study.StudyReport.MonitorResult;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.monitor.Hit;
import io.concordance.registry.study.strategy.MaximaReader;
import io.concordance.registry.study.strategy.StrategyEvaluation;
import io.concordance.registry.study.strategy.TranscriptMaxima;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every evaluation transcript as one session of the monitor, and its maxima for the strategies. Not thread-safe. */
final class Sessions {
    private final @Nullable Watch armed;
    private final MaximaReader features;
    private final @Nullable MaximaReader probes;
    private final List<TranscriptMaxima> maxima = new ArrayList<>();
    private final List<TranscriptMaxima> probeMaxima = new ArrayList<>();
    private final Map<Outcome, Long> fired = new EnumMap<>(Outcome.class);
    private final Map<String, Long> firesByRule = new TreeMap<>();
    private long seen;

    /**
     * @param armed null when nothing was released, and no monitor watches
     * @param probes null when there are none
     */
    Sessions(@Nullable Watch armed, MaximaReader features, @Nullable MaximaReader probes) {
        this.armed = armed;
        this.features = features;
        this.probes = probes;
    }

    /** Reads all transcripts of a shard. */
    void read(Shard shard) {
        maxima.addAll(features.read(shard));
        if (probes != null) {
            probeMaxima.addAll(probes.read(shard));
        }
        if (armed == null) {
            return;
        }
        int[] documents = shard.documents();
        byte[] outcomes = shard.outcomes();
        byte[] spans = shard.spans();
        for (int from = 0; from < documents.length; ) {
            int to = MaximaReader.end(documents, from);
            float[] activations = new float[(to - from) * shard.width()];
            shard.activations(from, to - from, activations, 0);
            int firstOutput = MaximaReader.firstOutput(spans, from, to);
            watch(armed.evaluate(activations, to - from, firstOutput), Outcome.ofCode(outcomes[from]));
            from = to;
        }
    }

    private void watch(List<Hit> hits, Outcome outcome) {
        seen++;
        if (!hits.isEmpty()) {
            fired.merge(outcome, 1L, Long::sum);
            hits.stream().map(Hit::rule).distinct().forEach(rule -> firesByRule.merge(rule, 1L, Long::sum));
        }
    }

    /** Maxima in the order transcripts were read. */
    List<TranscriptMaxima> maxima() {
        return maxima;
    }

    /** The same of probes; empty without any. */
    List<TranscriptMaxima> probeMaxima() {
        return probeMaxima;
    }

    Map<String, Long> firesByRule() {
        return firesByRule;
    }

    /** Without a monitor: nothing was seen, nothing was caught. */
    MonitorResult result() {
        if (armed == null) {
            return new MonitorResult(0, null, 0, null, 0, 0);
        }
        long bad = count(Outcome.BAD);
        long ok = count(Outcome.OK);
        long caught = fired.getOrDefault(Outcome.BAD, 0L);
        long alarms = fired.getOrDefault(Outcome.OK, 0L);
        return new MonitorResult(
                StrategyEvaluation.rate(caught, bad),
                StrategyEvaluation.interval(caught, bad),
                StrategyEvaluation.rate(alarms, ok),
                StrategyEvaluation.interval(alarms, ok),
                seen,
                fired.values().stream().mapToLong(Long::longValue).sum());
    }

    private long count(Outcome outcome) {
        return maxima.stream()
                .filter(transcript -> transcript.outcome() == outcome)
                .count();
    }
}
