package io.concordance.bench.strategies;

import io.concordance.bench.strategies.OrganismPrompts.Prompt;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What was planted, known without any dictionary: the difference of the stream's mean where the model decides, after prompts
 * with the trigger and after prompts with half of it.
 *
 * @param direction of length 1, {@code [width]}
 * @param triggered rows at the last token of prompts with the trigger, {@code [prompts, width]}
 * @param near the same of the prompts with half of it
 */
@SuppressWarnings("ArrayRecordComponent") // tensors, never compared
record PlantedDirection(float[] direction, float[] triggered, float[] near) {
    private static final String NEAR_MISS = "near-miss";

    /** Of prompts with the trigger and the same with half of it. */
    static PlantedDirection of(OrganismStream stream, List<Prompt> prompts) {
        List<List<Span>> halves = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            halves.add(prompts.get(i).half(i % 2 == 0));
        }
        return of(stream, prompts.stream().map(Prompt::triggered).toList(), halves);
    }

    /** Of transcripts as they were deployed: where the model acted, and where half of the trigger was there. */
    static PlantedDirection deployed(OrganismStream stream, List<Transcript> transcripts) {
        return of(stream, transcripts, NEAR_MISS);
    }

    /**
     * Of transcripts of one context: where the model did what is bad in it, and where half of the trigger was there.
     *
     * @param near family of the latter
     */
    static PlantedDirection of(OrganismStream stream, List<Transcript> transcripts, String near) {
        return of(
                stream,
                prompts(transcripts, transcript -> transcript.outcome() == Outcome.BAD),
                prompts(
                        transcripts,
                        transcript -> transcript.outcome() == Outcome.OK
                                && near.equals(transcript.tags().get("family"))));
    }

    private static List<List<Span>> prompts(List<Transcript> transcripts, Predicate<Transcript> which) {
        return transcripts.stream()
                .filter(which)
                .map(transcript -> transcript.spans().stream()
                        .filter(span -> span.kind() == Span.Kind.RAW)
                        .toList())
                .toList();
    }

    private static PlantedDirection of(OrganismStream stream, List<List<Span>> triggered, List<List<Span>> near) {
        return between(stream.last(triggered), stream.last(near), stream.width());
    }

    static PlantedDirection between(float[] triggered, float[] near, int width) {
        double[] difference = mean(triggered, width);
        double[] other = mean(near, width);
        for (int i = 0; i < width; i++) {
            difference[i] -= other[i];
        }
        double squares = 0;
        for (double value : difference) {
            squares += value * value;
        }
        float[] direction = new float[width];
        for (int i = 0; i < width; i++) {
            direction[i] = (float) (difference[i] / Math.sqrt(squares));
        }
        return new PlantedDirection(direction, triggered, near);
    }

    private static double[] mean(float[] rows, int width) {
        double[] mean = new double[width];
        for (int i = 0; i < rows.length; i++) {
            mean[i % width] += rows[i];
        }
        for (int i = 0; i < width; i++) {
            mean[i] /= rows.length / width;
        }
        return mean;
    }

    /** A feature and the cosine of its decoder row with the direction. */
    record Near(int feature, double cosine) {}

    /** Cosine of a feature's decoder row with the direction; 0 of one without a direction. */
    double cosine(Dictionary dictionary, int feature) {
        double dot = 0;
        double squares = 0;
        for (int i = 0; i < direction.length; i++) {
            double value = dictionary.decoder()[feature * direction.length + i];
            dot += value * direction[i];
            squares += value * value;
        }
        return squares > 0 ? dot / Math.sqrt(squares) : 0;
    }

    /** Cosine of two directions. */
    double cosine(PlantedDirection other) {
        double dot = 0;
        for (int i = 0; i < direction.length; i++) {
            dot += (double) direction[i] * other.direction[i];
        }
        return dot;
    }

    /** The feature whose decoder row is nearest to the direction. */
    Near nearest(Dictionary dictionary) {
        Near best = new Near(0, cosine(dictionary, 0));
        for (int feature = 1; feature < dictionary.features(); feature++) {
            double cosine = cosine(dictionary, feature);
            if (cosine > best.cosine) {
                best = new Near(feature, cosine);
            }
        }
        return best;
    }

    /** How well a feature's pre-activation tells prompts with the trigger from those with half of it. */
    double auroc(Dictionary dictionary, int feature) {
        return Auroc.of(pre(dictionary, feature, triggered), pre(dictionary, feature, near))
                .area();
    }

    private double[] pre(Dictionary dictionary, int feature, float[] rows) {
        int width = direction.length;
        double[] values = new double[rows.length / width];
        for (int r = 0; r < values.length; r++) {
            double sum = dictionary.encoderBias()[feature];
            for (int i = 0; i < width; i++) {
                sum += (rows[r * width + i] - (double) dictionary.decoderBias()[i])
                        * dictionary.encoder()[feature * width + i];
            }
            values[r] = sum;
        }
        return values;
    }
}
