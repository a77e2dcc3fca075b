package io.concordance.contracts.transcript;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One document of an arm.
 *
 * @param id unique within its file
 * @param spans in reading order, at least one with text the model reads
 * @param tags free words about the transcript, such as its family
 */
public record Transcript(String id, List<Span> spans, Outcome outcome, Map<String, String> tags) {

    public Transcript {
        spans = List.copyOf(spans);
        tags = Map.copyOf(tags);
    }

    /** What the model reads: raw and output spans joined verbatim, summaries left out. */
    public String text() {
        return spans.stream()
                .filter(span -> span.kind() != Span.Kind.SUMMARY)
                .map(Span::text)
                .collect(Collectors.joining());
    }
}
