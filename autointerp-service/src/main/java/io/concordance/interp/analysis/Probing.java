package io.concordance.interp.analysis;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.ShardSource;
import io.concordance.interp.probe.ArmOutcomes;
import io.concordance.interp.probe.Probe;
import io.concordance.interp.probe.ProbeAnalysis;
import io.concordance.interp.probe.ProbeReport;
import io.concordance.interp.probe.ProbeSet;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Fits probes and stores them as a dictionary beside the analysed one; the same shards make the same object. */
@ApplicationScoped
class Probing {
    private static final List<String> FILES = List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS);

    private final ObjectStore store;
    private final AnalysisConfig config;

    Probing(ObjectStore store, AnalysisConfig config) {
        this.store = store;
        this.config = config;
    }

    /** When this returns, the probe set can be fetched. */
    ProbeReport run(Dictionary dictionary, Evidence evidence, List<? extends ShardSource> shards)
            throws InterruptedException {
        List<ArmOutcomes> arms = ProbeAnalysis.outcomes(evidence);
        if (!config.probes() || !dictionary.input().isPlain()) {
            return ProbeReport.none(arms);
        }
        Optional<ProbeSet> found = new ProbeAnalysis(dictionary, evidence, shards, config.seed()).run();
        if (found.isEmpty()) {
            return ProbeReport.none(arms);
        }
        List<Probe> probes = found.get().probes();
        int announced = Math.toIntExact(
                probes.stream().filter(probe -> !probe.control()).count());
        return new ProbeReport(store(found.get().rows()), announced, probes, arms);
    }

    private String store(Dictionary rows) {
        Path folder = null;
        try {
            Files.createDirectories(config.cacheDir());
            folder = Files.createTempDirectory(config.cacheDir(), "probes-");
            String digest = DictionaryFiles.write(rows, folder);
            for (String file : FILES) {
                store.putIfAbsent(
                        "dictionaries/" + Digests.hex(digest) + "/" + file,
                        folder.resolve(file),
                        "application/octet-stream");
            }
            return digest;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            remove(folder);
        }
    }

    private static void remove(@org.jspecify.annotations.Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try {
            for (String file : FILES) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
