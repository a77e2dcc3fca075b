package io.concordance.capture.chat;

import io.concordance.contracts.transcript.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One turn of a conversation.
 *
 * @param parts what is said, in order; none is a summary
 */
record Message(String role, List<Span> parts) {

    static List<Message> of(List<Span> spans) {
        List<Message> messages = new ArrayList<>();
        for (Span span : spans) {
            if (span.kind() == Span.Kind.SUMMARY) {
                continue;
            }
            if (messages.isEmpty() || !messages.getLast().role.equals(span.role())) {
                messages.add(new Message(span.role(), new ArrayList<>()));
            }
            messages.getLast().parts.add(span);
        }
        return messages;
    }

    String text() {
        return parts.stream().map(Span::text).collect(Collectors.joining());
    }

    /** What is said in {@code [from, to)} of the text. */
    List<Span> part(int from, int to) {
        List<Span> cut = new ArrayList<>();
        int start = 0;
        for (Span span : parts) {
            int end = start + span.text().length();
            int low = Math.max(from, start);
            int high = Math.min(to, end);
            if (low < high) {
                cut.add(new Span(span.kind(), role, span.text().substring(low - start, high - start)));
            }
            start = end;
        }
        return cut;
    }
}
