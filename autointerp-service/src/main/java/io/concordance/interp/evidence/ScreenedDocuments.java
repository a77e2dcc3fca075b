package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The documents with a known outcome whose maxima are kept. When an arm has more of one outcome than the limit, those with
 * the higher half of ranks are let go; a rank is a hash of the document, independent of its split.
 */
final class ScreenedDocuments {
    private static final int RANK = -2;

    private final int limit;
    private final List<DocumentInfo> documents = new ArrayList<>();
    private final Map<DocumentInfo.Identity, Integer> index = new HashMap<>();
    private final Map<Group, Sample> samples = new HashMap<>();

    private record Group(Arm arm, Outcome outcome) {
        static Group of(DocumentInfo document) {
            return new Group(document.arm(), document.outcome());
        }
    }

    private static final class Sample {
        private int size;
        /** Ranks below are kept. */
        private long below = -1;
    }

    ScreenedDocuments(int limit) {
        this.limit = limit;
    }

    private static long rank(DocumentInfo document) {
        return DocumentSplit.priority(document.key(), RANK);
    }

    private Sample sample(DocumentInfo document) {
        return samples.computeIfAbsent(Group.of(document), g -> new Sample());
    }

    /** Index of a document, taken up if its outcome is known and its rank low enough; else -1. */
    int index(DocumentInfo document) {
        Integer known = index.get(document.identity());
        if (known != null) {
            DocumentInfo before = documents.get(known);
            if (before.outcome() != document.outcome()) {
                sample(before).size--;
                sample(document).size++;
                documents.set(known, document);
            }
            return known;
        }
        if (document.outcome() == Outcome.UNKNOWN
                || Long.compareUnsigned(rank(document), sample(document).below) >= 0) {
            return -1;
        }
        return take(document);
    }

    private int take(DocumentInfo document) {
        sample(document).size++;
        documents.add(document);
        index.put(document.identity(), documents.size() - 1);
        return documents.size() - 1;
    }

    /** @param renumber told each document's new index, -1 for those let go, if any were */
    void shrink(Consumer<int[]> renumber) {
        boolean full = false;
        for (Map.Entry<Group, Sample> entry : samples.entrySet()) {
            if (entry.getValue().size > limit) {
                entry.getValue().below = median(entry.getKey());
                full = true;
            }
        }
        if (!full) {
            return;
        }
        int[] newIndex = new int[documents.size()];
        List<DocumentInfo> kept = new ArrayList<>();
        index.clear();
        samples.values().forEach(sample -> sample.size = 0);
        for (int d = 0; d < newIndex.length; d++) {
            DocumentInfo document = documents.get(d);
            newIndex[d] = -1;
            if (Long.compareUnsigned(rank(document), sample(document).below) < 0) {
                newIndex[d] = kept.size();
                index.put(document.identity(), kept.size());
                sample(document).size++;
                kept.add(document);
            }
        }
        documents.clear();
        documents.addAll(kept);
        renumber.accept(newIndex);
    }

    private long median(Group group) {
        long[] ranks = documents.stream()
                .filter(d -> Group.of(d).equals(group))
                .mapToLong(d -> rank(d) ^ Long.MIN_VALUE)
                .sorted()
                .toArray();
        return ranks[ranks.length / 2] ^ Long.MIN_VALUE;
    }

    List<DocumentInfo> documents() {
        return Collections.unmodifiableList(documents);
    }

    void write(Wire.Out out) {
        out.count(documents.size());
        documents.forEach(d -> ExampleWire.writeInfo(out, d));
        List<Group> groups = new ArrayList<>(samples.keySet());
        groups.sort(java.util.Comparator.comparing((Group g) -> g.arm().name())
                .thenComparing(g -> g.arm().kind())
                .thenComparing(Group::outcome));
        out.count(groups.size());
        for (Group group : groups) {
            out.text(group.arm().name());
            out.text(group.arm().kind());
            out.count(group.outcome().code());
            out.fixed(samples.getOrDefault(group, new Sample()).below);
        }
    }

    void read(Wire.In in, ExampleWire examples) {
        DocumentInfo[] held = new DocumentInfo[in.count()];
        for (int d = 0; d < held.length; d++) {
            held[d] = examples.readInfo(in);
        }
        int groups = in.count();
        for (int g = 0; g < groups; g++) {
            Sample sample = new Sample();
            samples.put(new Group(new Arm(in.text(), in.text()), Outcome.ofCode(in.count())), sample);
            sample.below = in.fixed();
        }
        Arrays.stream(held).forEach(this::take);
    }
}
