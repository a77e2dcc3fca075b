package io.concordance.registry.study.strategy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads shards through a few features of a dictionary and keeps each transcript's maxima. A feature's value does not
 * depend on which other features are asked for. Not thread-safe.
 */
public final class MaximaReader {
    private static final int CHUNK = 256;

    private final int features;
    private final int width;
    private final DictionaryInput input;
    private final SparseEncoder encoder;

    /** @param features indices in the dictionary; the columns of {@link TranscriptMaxima} follow their order */
    public MaximaReader(Dictionary dictionary, int[] features) {
        this.features = features.length;
        this.width = dictionary.width();
        this.input = dictionary.input();
        this.encoder = new SparseEncoder(restrict(dictionary, features));
    }

    /** The same dictionary with only these features, in this order. */
    private static Dictionary restrict(Dictionary dictionary, int[] features) {
        int width = dictionary.width();
        float[] encoder = new float[features.length * width];
        float[] encoderBias = new float[features.length];
        float[] decoder = new float[features.length * width];
        float[] threshold = new float[features.length];
        for (int f = 0; f < features.length; f++) {
            if (features[f] < 0 || features[f] >= dictionary.features()) {
                throw new FieldProblem("features[" + f + "]", features[f], "an index below " + dictionary.features());
            }
            System.arraycopy(dictionary.encoder(), features[f] * width, encoder, f * width, width);
            System.arraycopy(dictionary.decoder(), features[f] * width, decoder, f * width, width);
            encoderBias[f] = dictionary.encoderBias()[features[f]];
            threshold[f] = dictionary.threshold()[features[f]];
        }
        return new Dictionary(
                width,
                features.length,
                encoder,
                encoderBias,
                decoder,
                dictionary.decoderBias(),
                threshold,
                dictionary.info(),
                dictionary.input());
    }

    /** The maxima of every transcript of a shard, in shard order. */
    public List<TranscriptMaxima> read(Shard shard) {
        if (shard.width() != width) {
            throw new FieldProblem("activation", shard.width() + " values a row", width + " values a row");
        }
        int rows = shard.rows();
        int[] documents = shard.documents();
        int[] positions = shard.positions();
        byte[] spans = shard.spans();
        byte[] outcomes = shard.outcomes();
        boolean[] before = before(documents, spans);
        List<TranscriptMaxima> maxima = new ArrayList<>();
        int[] slot = new int[rows];
        for (int r = 0; r < rows; r++) {
            if (r == 0 || documents[r] != documents[r - 1]) {
                maxima.add(new TranscriptMaxima(
                        shard.documentIds().get(documents[r]),
                        Outcome.ofCode(outcomes[r]),
                        new float[features],
                        new float[features]));
            }
            slot[r] = maxima.size() - 1;
        }
        float[] chunk = new float[CHUNK * width];
        for (int from = 0; from < rows; from += CHUNK) {
            int first = from;
            int count = Math.min(CHUNK, rows - from);
            shard.activations(from, count, chunk, 0);
            input.ofActivations(chunk, positions, from, count);
            encoder.encodeInputs(chunk, count, (row, feature, value) -> {
                TranscriptMaxima document = maxima.get(slot[first + row]);
                document.highest()[feature] = Math.max(document.highest()[feature], value);
                if (before[first + row]) {
                    document.beforeAction()[feature] = Math.max(document.beforeAction()[feature], value);
                }
            });
        }
        return maxima;
    }

    /** Whether a row comes before its document's first output token, {@code [rows]}. */
    private static boolean[] before(int[] documents, byte[] spans) {
        boolean[] before = new boolean[documents.length];
        for (int r = 0; r < documents.length; r++) {
            boolean start = r == 0 || documents[r] != documents[r - 1];
            before[r] = (start || before[r - 1]) && spans[r] != Span.Kind.OUTPUT.code();
        }
        return before;
    }
}
