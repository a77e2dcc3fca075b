package io.concordance.registry.study;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.registry.study.Searching.Acting;
import io.concordance.registry.study.Searching.Written;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a model wrote while pushed along directions, as one file of transcripts that says of each text along which direction
 * it was written.
 *
 * <p>A direction's behaviour is the distribution of words that the model wrote along it. Directions are taken in order; each
 * joins the first group whose first member is nearer than {@value #ALIKE} in total variation, or begins one.
 */
final class PerturbedTexts {
    private static final double ALIKE = 0.5;
    /** An id that is longer than this is told by its digest, so that there is room for the direction. */
    private static final int LONGEST_ID = 120;

    private static final int MOST_BYTES = 1 << 26;

    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private final List<Along> directions = new ArrayList<>();
    private int documents;
    private int bad;

    /** One direction so far. */
    private static final class Along {
        final String suffix;
        final boolean searched;
        final Map<String, Integer> words = new HashMap<>();
        int total;
        boolean acts;

        Along(String name, double radius) {
            this.suffix = name + "@" + radius;
            this.searched = name.startsWith("direction-");
        }
    }

    /** Says along which direction the texts that follow were written. */
    void direction(double radius, String name) {
        directions.add(new Along(name, radius));
    }

    /** @throws StudyFailure when it is too much for one file */
    void add(Transcript transcript) {
        Along along = directions.getLast();
        boolean acts = transcript.outcome() == Outcome.BAD;
        along.acts |= acts;
        if (!along.searched) {
            return;
        }
        for (Span span : transcript.spans()) {
            if (span.kind() == Span.Kind.OUTPUT) {
                for (String word : span.text().split("\\s+")) {
                    along.words.merge(word, 1, Integer::sum);
                    along.total++;
                }
            }
        }
        documents++;
        bad += acts ? 1 : 0;
        Map<String, String> tags = new TreeMap<>(transcript.tags());
        tags.put("direction", along.suffix);
        String id =
                transcript.id().length() <= LONGEST_ID ? transcript.id() : Digests.hex(Digests.sha256(transcript.id()));
        byte[] line =
                Json.bytes(new Transcript(id + "~" + along.suffix, transcript.spans(), transcript.outcome(), tags));
        if (lines.size() + line.length >= MOST_BYTES) {
            throw new StudyFailure("what was written along " + directions.size() + " directions is more than "
                    + MOST_BYTES + " bytes; fewer directions or radii, or shorter prompts, would be less");
        }
        lines.writeBytes(line);
        lines.write('\n');
    }

    byte[] lines() {
        return lines.toByteArray();
    }

    Written written(String digest) {
        return new Written(digest, documents, bad, behaviours(), acting(true), acting(false));
    }

    private Acting acting(boolean searched) {
        List<Along> of =
                directions.stream().filter(along -> along.searched == searched).toList();
        return new Acting(
                Math.toIntExact(of.stream().filter(along -> along.acts).count()), of.size());
    }

    private int behaviours() {
        List<Along> first = new ArrayList<>();
        for (Along along : directions) {
            if (along.searched && first.stream().noneMatch(other -> distance(along, other) < ALIKE)) {
                first.add(along);
            }
        }
        return first.size();
    }

    private static double distance(Along a, Along b) {
        Set<String> words = new TreeSet<>(a.words.keySet());
        words.addAll(b.words.keySet());
        double sum = 0;
        for (String word : words) {
            sum += Math.abs(share(a, word) - share(b, word));
        }
        return sum / 2;
    }

    private static double share(Along along, String word) {
        return along.total == 0 ? 0 : along.words.getOrDefault(word, 0) / (double) along.total;
    }
}
