package io.concordance.registry.study.strategy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.FeatureReader;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.release.SessionReader;
import io.concordance.contracts.release.SessionReader.Reading;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads shards through a few rows of a dictionary, as a monitor reads sessions, and keeps what each transcript came to. A
 * value does not depend on which others are asked for. Not thread-safe.
 */
public final class MaximaReader {
    private final List<Candidate> candidates;
    private final int width;
    private final DictionaryInput input;
    private final SessionReader reader;
    /** What a value must exceed to count at all, {@code [candidates]}. */
    private final float[] least;

    /**
     * @param candidates rows of the dictionary; the columns of {@link TranscriptMaxima} follow their order
     */
    public MaximaReader(Dictionary dictionary, List<Candidate> candidates) {
        this.candidates = List.copyOf(candidates);
        this.width = dictionary.width();
        this.input = dictionary.input();
        this.least = new float[candidates.size()];
        float[] encoder = new float[candidates.size() * width];
        float[] bias = new float[candidates.size()];
        List<Reading> readings = new ArrayList<>();
        for (int c = 0; c < candidates.size(); c++) {
            int row = candidates.get(c).index();
            if (row < 0 || row >= dictionary.features()) {
                throw new FieldProblem("features[" + c + "]", row, "an index below " + dictionary.features());
            }
            System.arraycopy(dictionary.encoder(), row * width, encoder, c * width, width);
            bias[c] = dictionary.encoderBias()[row];
            Pooling pooling = candidates.get(c).pooled();
            least[c] = candidates.get(c).pooling() == null ? dictionary.threshold()[row] : Float.NEGATIVE_INFINITY;
            readings.add(new Reading(c, pooling));
            readings.add(new Reading(c, new Pooling(pooling.over(), pooling.tokens(), Pooling.Scope.BEFORE_OUTPUT)));
        }
        this.reader = new SessionReader(
                new FeatureReader(encoder, bias, dictionary.decoderBias()), width, candidates.size(), readings);
    }

    public List<Candidate> candidates() {
        return candidates;
    }

    /** The values of every transcript of a shard, in shard order. */
    public List<TranscriptMaxima> read(Shard shard) {
        return read(shard, null);
    }

    /**
     * The same of what is left when another capture of the same tokens is taken off.
     *
     * @throws FieldProblem when it is not of the same tokens
     */
    public List<TranscriptMaxima> read(Shard shard, @Nullable Shard less) {
        if (less != null) {
            aligned(shard, less);
        }
        if (shard.width() != width) {
            throw new FieldProblem("activation", shard.width() + " values a row", width + " values a row");
        }
        int[] documents = shard.documents();
        int[] positions = shard.positions();
        byte[] spans = shard.spans();
        byte[] outcomes = shard.outcomes();
        List<TranscriptMaxima> maxima = new ArrayList<>();
        for (int from = 0; from < documents.length; ) {
            int to = end(documents, from);
            float[] rows = new float[(to - from) * width];
            shard.activations(from, to - from, rows, 0);
            int[] at = Arrays.copyOfRange(positions, from, to);
            if (less == null) {
                input.ofActivations(rows, at, 0, to - from);
            } else {
                subtract(less, from, to - from, rows);
                input.ofDifferences(rows, at, 0, to - from);
            }
            float[] values =
                    reader.read(rows, to - from, firstOutput(spans, from, to)).values();
            maxima.add(new TranscriptMaxima(
                    shard.documentIds().get(documents[from]),
                    Outcome.ofCode(outcomes[from]),
                    to - from,
                    every(values, 0),
                    every(values, 1)));
            from = to;
        }
        return maxima;
    }

    private static void aligned(Shard shard, Shard less) {
        if (shard.width() != less.width()
                || !Arrays.equals(shard.tokens(), less.tokens())
                || !Arrays.equals(shard.positions(), less.positions())
                || !shard.documentIds().equals(less.documentIds())) {
            throw new FieldProblem(
                    "minus",
                    "slice " + less.header().slice() + " of job "
                            + less.header().job(),
                    "the tokens and the width of slice " + shard.header().slice() + " of job "
                            + shard.header().job());
        }
    }

    private static void subtract(Shard less, int from, int count, float[] rows) {
        float[] other = new float[count * less.width()];
        less.activations(from, count, other, 0);
        for (int i = 0; i < other.length; i++) {
            rows[i] -= other[i];
        }
    }

    /** Every second value; that of a feature is 0 where it did not fire. */
    private float[] every(float[] values, int first) {
        float[] every = new float[candidates.size()];
        for (int c = 0; c < every.length; c++) {
            float value = values[2 * c + first];
            every[c] = value > least[c] || candidates.get(c).pooling() != null ? value : 0;
        }
        return every;
    }

    /** Where the document that begins at a row ends. */
    public static int end(int[] documents, int from) {
        int to = from;
        while (to < documents.length && documents[to] == documents[from]) {
            to++;
        }
        return to;
    }

    /** Index of the first output token of rows {@code [from, to)}, counted from {@code from}; their number without one. */
    public static int firstOutput(byte[] spans, int from, int to) {
        int first = from;
        while (first < to && spans[first] != Span.Kind.OUTPUT.code()) {
            first++;
        }
        return first - from;
    }
}
