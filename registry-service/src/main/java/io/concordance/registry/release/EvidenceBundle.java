package io.concordance.registry.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.Grading;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything a release rests on, as one zip file: its signed manifest, and for every feature the approved concern with
 * reviews, readings and all evidence it was proposed on, each rate with n and interval, so that grades can be recomputed by
 * anyone. Entries are stored, in the order of their names and with one fixed time: the same release makes the same bytes.
 */
final class EvidenceBundle {
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);
    private static final String SUMS = "SHA256SUMS";

    private final Map<String, byte[]> files = new TreeMap<>();

    /**
     * One feature.
     *
     * @param released as the manifest states it
     * @param concern as it was approved
     * @param grade recomputed from the evidence now
     * @param gradeEqual whether that is what the manifest states
     */
    record OfFeature(ReleasedFeature released, Concern concern, Grade grade, boolean gradeEqual, List<Rates> rates) {
        static OfFeature of(ReleasedFeature released, Concern concern) {
            Grade grade = Grading.grade(concern.evidence());
            return new OfFeature(
                    released,
                    concern,
                    grade,
                    grade.name().equals(released.grade()),
                    concern.evidence().stream().map(Rates::of).toList());
        }
    }

    /** What the counts of an arm come to, each with its exact 95 % interval. */
    record Rates(String arm, Proportion recall, Proportion falsePositives) {
        static Rates of(Evidence evidence) {
            return new Rates(evidence.arm(), evidence.recall(), evidence.falsePositiveRate());
        }
    }

    private EvidenceBundle() {}

    /**
     * The zip file.
     *
     * @param envelope the signed manifest
     * @param concerns of the release's features, by uid
     */
    static byte[] zip(ReleaseManifest manifest, byte[] envelope, Map<String, Concern> concerns) {
        EvidenceBundle bundle = new EvidenceBundle();
        bundle.files.put(ReleaseBundle.MANIFEST, envelope);
        bundle.files.put("manifest.json", Json.canonical(manifest));
        for (ReleasedFeature feature : manifest.features()) {
            @Nullable Concern concern = concerns.get(feature.uid());
            if (concern == null) {
                throw new IllegalStateException("no concern of released feature " + feature.uid());
            }
            bundle.files.put("features/" + feature.uid() + ".json", Json.canonical(OfFeature.of(feature, concern)));
        }
        bundle.files.put(SUMS, bundle.sums());
        return bundle.toBytes();
    }

    private byte[] sums() {
        StringBuilder lines = new StringBuilder();
        files.forEach((name, bytes) -> lines.append(Digests.hex(Digests.sha256(bytes)))
                .append("  ")
                .append(name)
                .append('\n'));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(stored(file.getKey(), file.getValue()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static ZipEntry stored(String name, byte[] content) {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(sum.getValue());
        entry.setTimeLocal(TIME);
        return entry;
    }
}
