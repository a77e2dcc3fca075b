package io.concordance.bench.strategies;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.platform.PartStatus;
import io.concordance.cli.platform.Platform;
import io.concordance.cli.rest.Api;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The features of one dictionary as the platform that learnt it tells them.
 *
 * @param tried features set against bad outcomes; {@code associated} those of grade E1 or higher
 * @param removed best first, what was found by removing each alone from prompts of an arm
 */
record StudiedFeatures(Dictionary dictionary, int tried, int associated, List<Removed> removed) {

    /** @param effect mean over transcripts, in nats, with its 95 % interval; {@code rank} 1 for the largest */
    record Removed(int feature, String arm, int rank, int transcripts, double effect, double low, double high) {}

    /** @param data the platform's directory; {@code digest} of the dictionary */
    static StudiedFeatures of(Path data, String digest) throws IOException {
        Api registry = api(data, "registry-service");
        int tried = 0;
        int associated = 0;
        List<Removed> removed = new ArrayList<>();
        for (JsonNode feature : every(registry, "v1/features?dictionary=" + encoded(digest) + "&limit=100")) {
            tried += feature.path("evidence").isEmpty() ? 0 : 1;
            associated += feature.path("grade").asText("E0").equals("E0") ? 0 : 1;
            for (JsonNode evidence : feature.path("evidence")) {
                JsonNode ablation = evidence.path("ablation");
                if (ablation.path("features").size() == 1) {
                    removed.add(new Removed(
                            feature.path("index").asInt(),
                            evidence.path("arm").asText(),
                            ablation.path("rank").asInt(),
                            ablation.path("transcripts").asInt(),
                            ablation.path("effect").asDouble(),
                            ablation.path("low").asDouble(),
                            ablation.path("high").asDouble()));
                }
            }
        }
        removed.sort(Comparator.comparing(Removed::arm).thenComparingInt(Removed::rank));
        return new StudiedFeatures(dictionary(api(data, "sae-trainer-service"), digest), tried, associated, removed);
    }

    private static Dictionary dictionary(Api trainer, String digest) throws IOException {
        String run = every(trainer, "v1/dictionaries?limit=50").stream()
                .filter(item -> item.path("digest").asText().equals(digest))
                .findFirst()
                .map(item -> item.path("id").asText())
                .orElseThrow(() -> new IllegalStateException("no run has the dictionary " + digest));
        Path folder = Files.createTempDirectory("concordance-strategies-dictionary-");
        List<Path> files = new ArrayList<>();
        try {
            for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                files.add(folder.resolve(file));
                trainer.download("v1/dictionaries/" + run + "/export/" + file, files.getLast());
            }
            return DictionaryFiles.read(folder);
        } finally {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.delete(folder);
        }
    }

    private static Api api(Path data, String service) {
        Optional<PartStatus> part = Platform.status(data).services().stream()
                .filter(running -> running.name().equals(service))
                .findFirst();
        return new Api(
                service,
                URI.create(part.orElseThrow(() -> new IllegalStateException(service + " does not run"))
                        .url()));
    }

    private static List<JsonNode> every(Api api, String path) {
        List<JsonNode> items = new ArrayList<>();
        @Nullable String next = null;
        do {
            JsonNode page = api.get(next == null ? path : path + "&cursor=" + encoded(next));
            page.path("items").forEach(items::add);
            next = page.hasNonNull("next") ? page.path("next").asText() : null;
        } while (next != null);
        return items;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
