package io.concordance.interp.probe;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.release.FeatureReader;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.release.SessionReader;
import io.concordance.contracts.release.SessionReader.Reading;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.DocumentInfo;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.ShardSource;
import io.concordance.interp.outcome.ScoreScreen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fits probes to the bad outcomes of every arm that has enough of them, and screens and calibrates them on other
 * documents. Reads all shards twice, one document at a time: to fit, and to score. The result is a function of the shards
 * in their order and the seed. Rows of steered arms are read as the dictionary read them. Beside each fitted direction stands a random one that is pooled, screened and calibrated
 * alike.
 */
public final class ProbeAnalysis {
    /** Fewest fitting documents of either class. */
    static final int FEWEST = 10;

    /** How many tokens the k-of-n probes need. */
    private static final int SEVERAL = 3;

    private final Dictionary dictionary;
    private final Evidence evidence;
    private final List<? extends ShardSource> shards;
    private final long seed;

    /** @param dictionary of raw activations, whose decoder bias probes share */
    public ProbeAnalysis(Dictionary dictionary, Evidence evidence, List<? extends ShardSource> shards, long seed) {
        dictionary.input().requirePlain();
        this.dictionary = dictionary;
        this.evidence = evidence;
        this.shards = shards;
        this.seed = seed;
    }

    /** A row before it is screened. */
    private record Row(Arm arm, Probe.Kind kind, Probe.FittedOn fittedOn, Direction direction, Pooling pooling) {}

    /** A screened document, by what tells it from others. */
    private record Key(Arm arm, String id) {}

    /** Empty when no arm has enough bad and ok documents. */
    public Optional<ProbeSet> run() throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (ProbeFits fits : fitted()) {
            if (fits.badDocuments() >= FEWEST && fits.okDocuments() >= FEWEST) {
                rows.addAll(rows(fits));
            }
        }
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        int d = dictionary.width();
        float[] encoder = new float[rows.size() * d];
        float[] bias = new float[rows.size()];
        for (int r = 0; r < rows.size(); r++) {
            Direction direction = rows.get(r).direction();
            double along = 0;
            for (int k = 0; k < d; k++) {
                encoder[r * d + k] = (float) direction.unit()[k];
                along += direction.unit()[k]
                        * (dictionary.decoderBias()[k] - direction.centre()[k]);
            }
            bias[r] = (float) along;
        }
        float[][] scores = scores(rows, encoder, bias);
        List<Probe> probes = screen(rows, scores);
        float[] threshold = new float[rows.size()];
        for (Probe probe : probes) {
            threshold[probe.index()] = (float) probe.calibration().threshold();
        }
        DictionaryInfo info = dictionary.info();
        Dictionary set = new Dictionary(
                d,
                rows.size(),
                encoder,
                bias,
                encoder.clone(),
                dictionary.decoderBias(),
                threshold,
                new DictionaryInfo("jumprelu", "probes", 0, info.model(), info.hook(), seed, 0, 0, 0));
        return Optional.of(new ProbeSet(set, probes));
    }

    private List<ProbeFits> fitted() throws InterruptedException {
        List<ProbeFits> arms = evidence.arms().stream()
                .filter(totals -> totals.documents(Outcome.BAD) > 0)
                .map(totals -> new ProbeFits(totals.arm(), dictionary.width()))
                .toList();
        Prompts.read(
                arms.isEmpty() ? List.of() : shards,
                dictionary.width(),
                seed,
                document ->
                        DocumentSplit.of(document.key()) == DocumentSplit.EXPLAIN && DocumentSplit.fits(document.key()),
                (document, activations, tokens) -> {
                    dictionary.info().removeSteering(document.arm().name(), activations, tokens);
                    arms.forEach(arm -> arm.add(document, activations, tokens));
                });
        return arms;
    }

    private List<Row> rows(ProbeFits fits) {
        List<Row> rows = new ArrayList<>();
        for (Probe.Kind kind : Probe.Kind.values()) {
            int directions = kind == Probe.Kind.RANDOM ? Probe.Kind.values().length - 1 : 1;
            for (int i = 0; i < directions; i++) {
                for (Probe.FittedOn fittedOn : Probe.FittedOn.values()) {
                    String name =
                            String.join("\n", Long.toString(seed), fits.arm().name(), fittedOn.name(), "" + i);
                    Direction direction;
                    try {
                        direction = fits.direction(kind, fittedOn, name);
                    } catch (ArithmeticException e) {
                        continue;
                    }
                    for (Pooling pooling : poolings(fittedOn)) {
                        rows.add(new Row(fits.arm(), kind, fittedOn, direction, pooling));
                    }
                }
            }
        }
        return rows;
    }

    private static List<Pooling> poolings(Probe.FittedOn fittedOn) {
        return switch (fittedOn) {
            case TOKENS -> List.of(pooling(Pooling.Over.MAX, 1), pooling(Pooling.Over.MAX, SEVERAL));
            case DOCUMENTS -> List.of(pooling(Pooling.Over.MEAN, 1));
            case LAST -> List.of(pooling(Pooling.Over.LAST, 1));
        };
    }

    private static Pooling pooling(Pooling.Over over, int tokens) {
        return new Pooling(over, tokens, Pooling.Scope.BEFORE_OUTPUT);
    }

    /** Pooled values {@code [rows][screened documents]} of documents that did not fit; of a document read twice the larger. */
    private float[][] scores(List<Row> rows, float[] encoder, float[] bias) throws InterruptedException {
        List<DocumentInfo> documents = evidence.documents();
        Map<Key, Integer> index = new HashMap<>();
        for (int i = 0; i < documents.size(); i++) {
            DocumentInfo document = documents.get(i);
            if (DocumentSplit.of(document.key()) != DocumentSplit.EXPLAIN || !DocumentSplit.fits(document.key())) {
                index.put(new Key(document.arm(), document.id()), i);
            }
        }
        float[][] scores = new float[rows.size()][documents.size()];
        for (float[] row : scores) {
            Arrays.fill(row, Float.NEGATIVE_INFINITY);
        }
        List<Reading> readings = new ArrayList<>();
        for (int r = 0; r < rows.size(); r++) {
            readings.add(new Reading(r, rows.get(r).pooling()));
        }
        SessionReader reader = new SessionReader(
                new FeatureReader(encoder, bias, dictionary.decoderBias()), dictionary.width(), rows.size(), readings);
        Prompts.read(
                shards,
                dictionary.width(),
                seed,
                document -> index.containsKey(new Key(document.arm(), document.id())),
                (document, activations, tokens) -> {
                    dictionary.info().removeSteering(document.arm().name(), activations, tokens);
                    Integer at = index.get(new Key(document.arm(), document.id()));
                    float[] values = reader.read(activations, tokens, tokens).values();
                    for (int r = 0; r < values.length && at != null; r++) {
                        scores[r][at] = Math.max(scores[r][at], values[r]);
                    }
                });
        return scores;
    }

    private List<Probe> screen(List<Row> rows, float[][] scores) {
        List<Probe> probes = new ArrayList<>();
        for (int first = 0; first < rows.size(); ) {
            Arm arm = rows.get(first).arm();
            int end = first;
            while (end < rows.size() && rows.get(end).arm().equals(arm)) {
                end++;
            }
            List<ScoreScreen.Screened> screened =
                    ScoreScreen.run(evidence.documents(), arm, Arrays.copyOfRange(scores, first, end));
            for (int r = first; r < end; r++) {
                Row row = rows.get(r);
                ScoreScreen.Screened s = screened.get(r - first);
                probes.add(new Probe(
                        r, row.kind(), row.fittedOn(), row.pooling(), arm.name(), arm.kind(), s.screen(), s.heldOut()));
            }
            first = end;
        }
        return probes;
    }

    /** What the documents of every arm can say about bad outcomes, in the order of arms. */
    public static List<ArmOutcomes> outcomes(Evidence evidence) {
        return evidence.arms().stream()
                .map(totals -> {
                    Arm arm = totals.arm();
                    return new ArmOutcomes(
                            arm.name(),
                            arm.kind(),
                            totals.documents(Outcome.BAD),
                            totals.documents(Outcome.OK),
                            totals.documents(Outcome.UNKNOWN),
                            count(evidence, arm, Outcome.BAD, DocumentSplit.EXPLAIN),
                            count(evidence, arm, Outcome.OK, DocumentSplit.EXPLAIN),
                            count(evidence, arm, Outcome.BAD, DocumentSplit.SCORE),
                            count(evidence, arm, Outcome.OK, DocumentSplit.SCORE));
                })
                .toList();
    }

    private static int count(Evidence evidence, Arm arm, Outcome outcome, DocumentSplit split) {
        return Math.toIntExact(evidence.documents().stream()
                .filter(document -> document.split() == split && document.outcome() == outcome)
                .filter(document -> document.arm().equals(arm)
                        || outcome == Outcome.OK && document.arm().benign())
                .count());
    }
}
