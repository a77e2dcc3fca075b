package io.concordance.interp.iti;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prompts with words in front of them. What the model wrote in them is left out. */
public final class Prompting {
    private static final String SYSTEM = "system";

    private Prompting() {}

    /** What the model reads before it writes: all spans before the first of its own. */
    public static List<Span> prompt(Transcript transcript) {
        return transcript.spans().stream()
                .takeWhile(span -> span.kind() != Span.Kind.OUTPUT)
                .toList();
    }

    /** The prompt alone. */
    public static Transcript bare(Transcript transcript) {
        return of(transcript, prompt(transcript));
    }

    /**
     * With the persona's words at the beginning of the system turn, or in one of their own where there is none.
     *
     * @param behind a text of the system turn that stays in front of them, such as a marker; null for none
     */
    public static Transcript persona(Transcript transcript, String words, @Nullable String behind) {
        List<Span> spans = new ArrayList<>(prompt(transcript));
        Span first = spans.isEmpty() ? null : spans.getFirst();
        if (first == null || !first.role().equals(SYSTEM)) {
            spans.addFirst(new Span(Span.Kind.RAW, SYSTEM, words));
            return of(transcript, spans);
        }
        int at = behind == null ? 0 : first.text().indexOf(behind);
        int from = at < 0 || behind == null ? 0 : at + behind.length();
        spans.set(
                0,
                new Span(
                        first.kind(),
                        SYSTEM,
                        first.text().substring(0, from) + words + first.text().substring(from)));
        return of(transcript, spans);
    }

    /** With the turns of examples between the system turn and the prompt's own. */
    public static Transcript fewShot(Transcript transcript, List<Transcript> examples) {
        List<Span> spans = new ArrayList<>(prompt(transcript));
        int at = 0;
        while (at < spans.size() && spans.get(at).role().equals(SYSTEM)) {
            at++;
        }
        List<Span> turns = examples.stream()
                .flatMap(example -> example.spans().stream())
                .filter(span -> span.kind() != Span.Kind.SUMMARY && !span.role().equals(SYSTEM))
                .map(span -> new Span(Span.Kind.RAW, span.role(), span.text()))
                .toList();
        spans.addAll(at, turns);
        return of(transcript, spans);
    }

    /** Ok transcripts with an answer, drawn. */
    public static List<Transcript> examples(List<Transcript> labelled, int count, long seed) {
        return labelled.stream()
                .filter(transcript -> transcript.outcome() == Outcome.OK)
                .filter(transcript ->
                        prompt(transcript).size() < transcript.spans().size())
                .sorted(Comparator.comparingLong((Transcript transcript) -> DocumentSplit.key(seed, transcript.id())))
                .limit(count)
                .toList();
    }

    private static Transcript of(Transcript transcript, List<Span> spans) {
        return new Transcript(transcript.id(), spans, transcript.outcome(), transcript.tags());
    }
}
