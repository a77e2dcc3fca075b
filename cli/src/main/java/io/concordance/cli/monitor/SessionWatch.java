package io.concordance.cli.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Span;
import io.concordance.monitor.ArmedMonitor;
import io.concordance.monitor.CaughtSession;
import io.concordance.monitor.Hit;
import io.concordance.monitor.MonitorClient;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the documents of shards one after another, as sessions, and keeps an incident of each on which a rule fires and
 * whose transcript is known.
 */
final class SessionWatch {
    private final MonitorClient client;
    private final ArmedMonitor armed;
    private final Map<String, JsonNode> transcripts;
    private final PrintStream out;

    /** @param transcripts by document id; none are known where no incidents are to be kept */
    SessionWatch(MonitorClient client, ArmedMonitor armed, Map<String, JsonNode> transcripts, PrintStream out) {
        this.client = client;
        this.armed = armed;
        this.transcripts = transcripts;
        this.out = out;
    }

    /** @throws FieldProblem when incidents are to be kept of activations in half precision */
    void watch(Shard shard) {
        if (!transcripts.isEmpty() && shard.dtype() != DType.F32) {
            throw new FieldProblem(
                    "--transcripts", shard.dtype(), "shards of a job with dtype fp32: incidents are replayed to 1e-4");
        }
        int[] documents = shard.documents();
        int[] tokens = shard.tokens();
        byte[] spans = shard.spans();
        for (int from = 0; from < documents.length; ) {
            int to = from;
            int written = -1;
            while (to < documents.length && documents[to] == documents[from]) {
                if (written < 0 && spans[to] == Span.Kind.OUTPUT.code()) {
                    written = to - from;
                }
                to++;
            }
            float[] activations = new float[(to - from) * shard.width()];
            shard.activations(from, to - from, activations, 0);
            session(
                    shard.documentIds().get(documents[from]),
                    Arrays.copyOfRange(tokens, from, to),
                    activations,
                    written < 0 ? to - from : written);
            from = to;
        }
    }

    private void session(String id, int[] tokens, float[] activations, int firstOutput) {
        List<Hit> hits = armed.evaluate(activations, tokens.length, firstOutput);
        for (Hit hit : hits) {
            out.printf(
                    Locale.ROOT,
                    "%s  rule %s  feature %s  token %d  %.4g > %.4g%n",
                    id,
                    hit.rule(),
                    hit.featureUid(),
                    hit.token(),
                    hit.value(),
                    hit.threshold());
        }
        @Nullable JsonNode transcript = transcripts.get(id);
        if (!hits.isEmpty() && transcript != null) {
            CaughtSession session = new CaughtSession(tokens, activations, firstOutput, id, transcript, false);
            out.println(id + (client.incident(armed, hits, session) ? "  incident kept" : "  too many incidents wait"));
        }
    }
}
