package io.concordance.bench.strategies;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.release.FeatureReader;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.registry.study.strategy.TranscriptMaxima;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model's stream was on transcripts.
 *
 * @param begin first row of each transcript and, last, the number of rows, {@code [transcripts + 1]}
 * @param firstOutput token of each transcript at which what the model wrote begins
 * @param rows {@code [tokens, width]}
 */
@SuppressWarnings("ArrayRecordComponent") // tensors, never compared
record TranscriptRows(List<Transcript> transcripts, int[] begin, int[] firstOutput, float[] rows) {

    /** The largest activations of every feature on each transcript; 0 where it never fired. */
    List<TranscriptMaxima> maxima(Dictionary dictionary) {
        FeatureReader reader =
                new FeatureReader(dictionary.encoder(), dictionary.encoderBias(), dictionary.decoderBias());
        float[] threshold = dictionary.threshold();
        List<TranscriptMaxima> maxima = new ArrayList<>();
        for (int d = 0; d < transcripts.size(); d++) {
            int tokens = begin[d + 1] - begin[d];
            int output = firstOutput[d];
            float[] read = new float[tokens * dictionary.width()];
            System.arraycopy(rows, begin[d] * dictionary.width(), read, 0, read.length);
            float[] highest = new float[dictionary.features()];
            float[] before = new float[dictionary.features()];
            reader.read(read, tokens, (token, feature, value) -> {
                if (value > threshold[feature]) {
                    highest[feature] = Math.max(highest[feature], value);
                    if (token < output) {
                        before[feature] = Math.max(before[feature], value);
                    }
                }
            });
            Transcript transcript = transcripts.get(d);
            maxima.add(new TranscriptMaxima(transcript.id(), transcript.outcome(), tokens, highest, before));
        }
        return maxima;
    }

    /** Every feature's mean activation at the last token before what the model wrote, over transcripts of an outcome. */
    double[] deciding(Dictionary dictionary, Outcome outcome) {
        int width = dictionary.width();
        float[] threshold = dictionary.threshold();
        int[] which = IntStream.range(0, transcripts.size())
                .filter(d -> transcripts.get(d).outcome() == outcome && firstOutput[d] > 0)
                .toArray();
        float[] read = new float[which.length * width];
        for (int i = 0; i < which.length; i++) {
            System.arraycopy(rows, (begin[which[i]] + firstOutput[which[i]] - 1) * width, read, i * width, width);
        }
        double[] means = new double[dictionary.features()];
        new FeatureReader(dictionary.encoder(), dictionary.encoderBias(), dictionary.decoderBias())
                .read(
                        read,
                        which.length,
                        (row, feature, value) ->
                                means[feature] += value > threshold[feature] ? value / (double) which.length : 0);
        return means;
    }
}
