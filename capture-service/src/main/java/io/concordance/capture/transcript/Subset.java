package io.concordance.capture.transcript;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Some documents of a file: those of one split that ended in one of some ways and, where these are more than wanted, a
 * sample of them. A document's part and its place in the sample follow from (seed, id) alone.
 *
 * @param split null for all
 * @param most documents of the sample
 */
record Subset(@Nullable DocumentSplit split, Set<Outcome> outcomes, int most, long seed) {
    private static final int LARGEST = 1_000_000;

    /** What a caller asks for; nothing is checked yet. */
    record Request(
            @Nullable String split,
            @Nullable List<@Nullable String> outcomes,
            @Nullable Integer most,
            @Nullable Long seed) {}

    /**
     * What came of it.
     *
     * @param digest of the file of these documents, in their order; null when there are none
     * @param documents in it
     * @param matching documents of the split with these outcomes, of which the file may be a sample
     */
    record Made(@Nullable String digest, int documents, int matching) {}

    /** @throws FieldProblem on the first field at fault */
    static Subset of(@Nullable Request request) {
        if (request == null) {
            throw new FieldProblem("", null, "split, outcomes, most");
        }
        DocumentSplit split = request.split() == null
                ? null
                : DocumentSplit.named(request.split())
                        .orElseThrow(() -> new FieldProblem(
                                "split",
                                request.split(),
                                Arrays.stream(DocumentSplit.values())
                                        .map(DocumentSplit::text)
                                        .collect(Collectors.joining(", ", "one of ", ""))));
        int most = request.most() == null ? LARGEST : request.most();
        if (most < 1 || most > LARGEST) {
            throw new FieldProblem("most", request.most(), "1 to " + LARGEST + " documents");
        }
        return new Subset(split, outcomes(request.outcomes()), most, request.seed() == null ? 0 : request.seed());
    }

    private static Set<Outcome> outcomes(@Nullable List<@Nullable String> given) {
        if (given == null || given.isEmpty()) {
            return EnumSet.allOf(Outcome.class);
        }
        EnumSet<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        for (int i = 0; i < given.size(); i++) {
            String outcome = given.get(i);
            if (Arrays.stream(Outcome.values()).noneMatch(o -> o.text().equals(outcome))) {
                throw new FieldProblem("outcomes[" + i + "]", outcome, "bad, ok or unknown");
            }
            outcomes.add(Outcome.parse(String.valueOf(outcome)));
        }
        return outcomes;
    }

    boolean has(Transcript transcript) {
        return outcomes.contains(transcript.outcome())
                && (split == null || DocumentSplit.of(DocumentSplit.key(seed, transcript.id())) == split);
    }

    /** Its place in the sample, unsigned: bits of the key that the split does not look at. */
    long priority(Transcript transcript) {
        return DocumentSplit.key(seed, transcript.id()) << 2;
    }
}
