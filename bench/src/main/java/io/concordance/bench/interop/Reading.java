package io.concordance.bench.interop;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.dictionary.SparsifyFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Activations of rows, {@code [rows, features]} and 0 where a feature is not active, the way the files mean them: a TopK
 * dictionary keeps the largest of each row, any other what is above its thresholds.
 */
record Reading(float[] values, int features) {

    /** Reads a folder in either layout, as an import does. */
    static Reading of(Path folder, float[] rows) {
        Path weights = folder.resolve(DictionaryFiles.WEIGHTS);
        ForeignDictionary files = ForeignDictionary.read(
                folder.resolve(DictionaryFiles.CONFIG),
                Files.exists(weights) ? weights : folder.resolve(SparsifyFiles.WEIGHTS));
        if (!files.selectsLargest()) {
            return new Reading(dense(files.publish("model", "hook", 0, 0, 0), rows), files.features());
        }
        float[] values = dense(files.unthresholded(), rows);
        for (int at = 0; at < values.length; at += files.features()) {
            int row = at;
            IntStream.range(0, files.features())
                    .boxed()
                    .sorted(Comparator.comparing((Integer j) -> -values[row + j] * files.selectionScale(j)))
                    .skip(files.k())
                    .forEach(j -> values[row + j] = 0);
        }
        return new Reading(values, files.features());
    }

    private static float[] dense(Dictionary dictionary, float[] rows) {
        int count = rows.length / dictionary.width();
        int features = dictionary.features();
        float[] dense = new float[count * features];
        new SparseEncoder(dictionary)
                .encode(rows, count, (row, feature, value) -> dense[row * features + feature] = value);
        return dense;
    }

    /** Largest absolute difference to another reading. */
    double difference(float[] other) {
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs(values[i] - other[i]));
        }
        return largest;
    }

    /** Places at which only one of the two is active. */
    long split(float[] other) {
        return IntStream.range(0, values.length)
                .filter(i -> values[i] > 0 != other[i] > 0)
                .count();
    }

    long active() {
        return IntStream.range(0, values.length).filter(i -> values[i] > 0).count();
    }
}
