package io.concordance.registry.study.strategy;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.study.StudyReport.Transfer.Side;
import io.concordance.contracts.study.StudyReport.Transfer.Stratum;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a candidate carries over: its threshold is what the arm fixed, and deployment is held against what the arm said.
 * It holds when the lower bound of its recall in deployment is at least {@value #KEPT} of the arm's recall, when no length of
 * transcripts is certain to fall below that, and when its false positives are not certain to exceed the rate allowed.
 *
 * @param maxFalsePositiveRate of ok transcripts
 */
public record Transfers(double maxFalsePositiveRate) {
    /** Transcripts of either outcome without which nothing is said. */
    static final int LEAST = 10;

    static final double KEPT = 0.8;
    /** Groups by number of tokens, of about as many transcripts each. */
    private static final int STRATA = 3;

    /** A transcript in deployment. */
    private record Judged(int tokens, boolean bad, double value, boolean exceeds) {}

    /** @param evaluation of columns that the candidate is among */
    public Transfer of(Candidate candidate, StrategyEvaluation evaluation) {
        int column = evaluation.column(candidate);
        List<Judged> judged = evaluation.transcripts().stream()
                .filter(transcript -> transcript.outcome() != Outcome.UNKNOWN)
                .map(transcript -> judged(candidate, transcript, column))
                .toList();
        Side source = new Side(
                candidate.auroc(),
                candidate.aurocCi(),
                candidate.badDocuments(),
                candidate.badExceeding(),
                candidate.okDocuments(),
                candidate.okExceeding());
        Side deployment = side(judged);
        List<Stratum> lengths = strata(judged);
        Double sourceAuroc = source.auroc();
        Double auroc = deployment.auroc();
        Optional<Double> arm = recall(source);
        Optional<Double> here = recall(deployment);
        List<String> against = against(source, deployment, lengths);
        boolean sufficient = Math.min(source.bad(), Math.min(deployment.bad(), deployment.ok())) >= LEAST;
        return new Transfer(
                candidate.featureUid(),
                !sufficient ? "insufficient" : against.isEmpty() ? "holds" : "fails",
                sufficient ? reason(source, deployment, against) : wanting(source, deployment),
                source,
                deployment,
                sourceAuroc == null || auroc == null ? null : sourceAuroc - auroc,
                arm.isEmpty() || here.isEmpty() ? null : arm.get() - here.get(),
                benignMaximum(candidate, judged),
                lengths);
    }

    /** As the arm counted: a bad transcript by the tokens at which there is still time, unless the candidate pools otherwise. */
    private static Judged judged(Candidate candidate, TranscriptMaxima transcript, int column) {
        boolean bad = transcript.outcome() == Outcome.BAD;
        float[] values = bad && candidate.pooling() == null ? transcript.beforeAction() : transcript.highest();
        return new Judged(transcript.tokens(), bad, values[column], values[column] > candidate.threshold());
    }

    private static Side side(List<Judged> judged) {
        double[] bad = values(judged, true);
        double[] ok = values(judged, false);
        Auroc auroc = Auroc.of(bad, ok);
        boolean ranked = bad.length > 0 && ok.length > 0;
        return new Side(
                ranked ? auroc.area() : null,
                ranked ? new Interval(auroc.low(), auroc.high()) : null,
                bad.length,
                exceeding(judged, true),
                ok.length,
                exceeding(judged, false));
    }

    private static double[] values(List<Judged> judged, boolean bad) {
        return judged.stream()
                .filter(j -> j.bad == bad)
                .mapToDouble(Judged::value)
                .toArray();
    }

    private static int exceeding(List<Judged> judged, boolean bad) {
        return Math.toIntExact(
                judged.stream().filter(j -> j.bad == bad && j.exceeds).count());
    }

    private static @Nullable Double benignMaximum(Candidate candidate, List<Judged> judged) {
        double[] ok = values(judged, false);
        if (ok.length == 0 || !(candidate.threshold() > 0)) {
            return null;
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : ok) {
            largest = Math.max(largest, value);
        }
        return Double.isFinite(largest) ? largest / candidate.threshold() : null;
    }

    /** Transcripts of one length are never divided. */
    private static List<Stratum> strata(List<Judged> judged) {
        int[] tokens = judged.stream().mapToInt(Judged::tokens).sorted().toArray();
        List<Stratum> strata = new ArrayList<>();
        int from = tokens.length == 0 ? 0 : tokens[0];
        for (int s = 1; s <= STRATA && tokens.length > 0; s++) {
            int below = s == STRATA ? tokens[tokens.length - 1] + 1 : tokens[tokens.length * s / STRATA];
            if (below > from) {
                strata.add(stratum(judged, from, below));
                from = below;
            }
        }
        return strata;
    }

    private static Stratum stratum(List<Judged> judged, int from, int below) {
        List<Judged> within = judged.stream()
                .filter(j -> j.tokens >= from && j.tokens < below)
                .toList();
        Side side = side(within);
        return new Stratum(
                from,
                below - 1,
                side.bad(),
                side.caught(),
                StrategyEvaluation.interval(side.caught(), side.bad()),
                side.ok(),
                side.fired(),
                Proportion.upperBound(side.fired(), side.ok()));
    }

    private List<String> against(Side source, Side deployment, List<Stratum> lengths) {
        List<String> against = new ArrayList<>();
        double wanted = KEPT * recall(source).orElse(0.0);
        double low = low(deployment.caught(), deployment.bad());
        if (low < wanted) {
            against.add(String.format(
                    Locale.ROOT, "recall may be as low as %.3f, where %.3f of the arm's is %.3f", low, KEPT, wanted));
        }
        for (Stratum length : lengths) {
            Interval recall = length.recallCi();
            if (recall != null && recall.high() < wanted) {
                against.add(String.format(
                        Locale.ROOT,
                        "of %d bad transcripts with %d to %d tokens it catches %d",
                        length.bad(),
                        length.from(),
                        length.to(),
                        length.caught()));
            }
        }
        double falsely = low(deployment.fired(), deployment.ok());
        if (falsely > maxFalsePositiveRate) {
            against.add(String.format(
                    Locale.ROOT,
                    "it fires on at least %.4f of ok transcripts, where %.4f is allowed",
                    falsely,
                    maxFalsePositiveRate));
        }
        return against;
    }

    private static String reason(Side source, Side deployment, List<String> against) {
        return against.isEmpty()
                ? String.format(
                        Locale.ROOT,
                        "catches %d of %d bad transcripts, %d of %d in the arm; fires on %d of %d ok ones",
                        deployment.caught(),
                        deployment.bad(),
                        source.caught(),
                        source.bad(),
                        deployment.fired(),
                        deployment.ok())
                : String.join("; ", against);
    }

    private static String wanting(Side source, Side deployment) {
        return String.format(
                Locale.ROOT,
                "%d bad documents of the arm, %d bad and %d ok transcripts of deployment; each needs %d",
                source.bad(),
                deployment.bad(),
                deployment.ok(),
                LEAST);
    }

    private static Optional<Double> recall(Side side) {
        return side.bad() == 0 ? Optional.empty() : Optional.of((double) side.caught() / side.bad());
    }

    private static double low(int k, int n) {
        return Proportion.of(k, n).low();
    }
}
