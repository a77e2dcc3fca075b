package io.concordance.registry.page;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.registry.page.Matching.Match;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Plot;
import io.concordance.registry.page.figure.Scale;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matches dictionaries that lie in the object store, as far as they are small enough for that. */
@ApplicationScoped
class DictionaryMatches {
    private static final Duration AGE = Duration.ofMinutes(10);
    private static final long MOST_BYTES = 64L << 20;
    private static final int BINS = 20;

    private final ObjectStore store;
    private final Kept<Pair, Matched> kept = new Kept<>(AGE, this::match);

    DictionaryMatches(ObjectStore store) {
        this.store = store;
    }

    private record Pair(String here, String there) {}

    /** @param problem why there is no matching, in a sentence; null when there is one */
    private record Matched(
            @Nullable Matching matching, @Nullable String problem) {}

    /**
     * @param figure a histogram of the largest cosines; null where there is none
     * @param said what came of it, in a sentence
     */
    record Shown(@Nullable Figure figure, String said) {}

    /** @param page address that the data of the figure belong to */
    Shown of(String here, String there, String page) {
        Matched matched = kept.get(new Pair(here, there));
        Matching matching = matched.matching;
        if (matching == null) {
            return new Shown(null, matched.problem == null ? "" : matched.problem);
        }
        return new Shown(
                figure(matching, here, there, page),
                Format.percent(matching.share(0.9)) + " of "
                        + Format.count(matching.matches().size())
                        + " features have one with a cosine of at least 0.9 in the other dictionary, "
                        + Format.percent(matching.share(0.5)) + " one of at least 0.5.");
    }

    private static Figure figure(Matching matching, String here, String there, String page) {
        DataTable data = DataTable.of(
                "decoder directions of " + here + " and " + there, "feature", "most alike in the other", "cosine");
        int[] counts = new int[BINS];
        int most = 1;
        for (Match match : matching.matches()) {
            data.add(match.index(), match.other(), match.cosine());
            int bin = Math.clamp((int) (match.cosine() * BINS), 0, BINS - 1);
            most = Math.max(most, ++counts[bin]);
        }
        Plot plot = new Plot(
                new Scale(0, 1, false),
                "cosine",
                Scale::text,
                new Scale(0, most * 1.05, false),
                "features",
                Scale::text);
        for (int i = 0; i < BINS; i++) {
            if (counts[i] > 0) {
                plot.bar((double) i / BINS, (i + 1.0) / BINS, counts[i], 0, counts[i] + " features");
            }
        }
        plot.vertical(0.9, "reference", "kept: 0.9");
        return new Figure(
                "matching",
                "Largest cosine in the other dictionary",
                "Up: features, of " + Format.count(matching.matches().size()) + " evenly spaced ones of "
                        + Format.count(matching.features())
                        + ". Across: largest cosine of decoder directions. The line: 0.9.",
                plot.drawing("Histogram of the largest cosines of decoder directions"),
                List.of(),
                data,
                page);
    }

    private Matched match(Pair pair) {
        if (pair.here.isEmpty() || pair.there.isEmpty()) {
            return new Matched(null, "Only finished dictionaries can be matched.");
        }
        try {
            return new Matched(Matching.of(read(pair.here), read(pair.there)), null);
        } catch (ObjectStoreException.TooLarge e) {
            return new Matched(null, "Dictionaries of this size are not matched on a page.");
        } catch (ObjectStoreException e) {
            return new Matched(null, "A dictionary cannot be read from the object store now.");
        } catch (FieldProblem | IllegalArgumentException e) {
            return new Matched(null, "They cannot be matched: " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Dictionary read(String digest) throws IOException {
        Path folder = Files.createTempDirectory("concordance-match");
        try {
            for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                Files.write(
                        folder.resolve(file),
                        store.get("dictionaries/" + Digests.hex(digest) + "/" + file, MOST_BYTES));
            }
            return DictionaryFiles.read(folder);
        } finally {
            Files.deleteIfExists(folder.resolve(DictionaryFiles.CONFIG));
            Files.deleteIfExists(folder.resolve(DictionaryFiles.WEIGHTS));
            Files.deleteIfExists(folder);
        }
    }
}
