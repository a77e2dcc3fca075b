package io.concordance.capture.chat;

import io.concordance.contracts.transcript.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which characters of a rendered conversation come from which message. The same conversation is rendered with
 * a placeholder for what each message says; what lies between placeholders is the template's own text, and the real
 * rendering must be that text with each message, or one stretch of it, in place of its placeholder. So trimming and the
 * removal of a reasoning trace in front are followed; anything else is refused rather than guessed.
 */
final class SpanTrace {
    /** Role of the template's own text. */
    static final String TEMPLATE = "template";

    private static final Pattern PLACEHOLDER = Pattern.compile("\uE000(\\d{1,9})\uE001");

    private final List<Message> messages;
    private final String text;
    private final List<String> literals = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private final Set<Long> deadEnds = new HashSet<>();

    /** A stretch {@code [from, to)} of a message. */
    private record Stretch(int from, int to) {}

    private SpanTrace(List<Message> messages, String text) {
        this.messages = messages;
        this.text = text;
    }

    static String placeholder(int message) {
        return "\uE000" + message + "\uE001";
    }

    /**
     * @param text the conversation as rendered
     * @param skeleton the same with {@link #placeholder placeholders}
     * @throws ChatTemplateException when a message cannot be found in the text
     */
    static List<Span> of(List<Message> messages, String text, String skeleton) {
        SpanTrace trace = new SpanTrace(messages, text);
        trace.takeApart(skeleton);
        Stretch[] stretches = new Stretch[trace.order.size()];
        String first = trace.literals.getFirst();
        if (!text.startsWith(first) || !trace.match(0, first.length(), stretches)) {
            throw new ChatTemplateException(
                    "rewrites what a message says, so its text cannot be told from the template's");
        }
        return trace.spans(stretches);
    }

    private void takeApart(String skeleton) {
        Matcher placeholders = PLACEHOLDER.matcher(skeleton);
        int from = 0;
        while (placeholders.find()) {
            int message = Integer.parseInt(placeholders.group(1));
            if (message >= messages.size() || order.contains(message)) {
                throw new ChatTemplateException("repeats what a message says");
            }
            order.add(message);
            literals.add(skeleton.substring(from, placeholders.start()));
            from = placeholders.end();
        }
        literals.add(skeleton.substring(from));
    }

    /** Whether the text from {@code at} is the messages from the {@code i}-th in order, with literals between them. */
    private boolean match(int i, int at, @Nullable Stretch[] stretches) {
        if (i == order.size()) {
            return at == text.length();
        }
        if (deadEnds.contains((long) i << 32 | at)) {
            return false;
        }
        String said = messages.get(order.get(i)).text();
        String literal = literals.get(i + 1);
        boolean last = i == order.size() - 1;
        for (Stretch stretch : stretches(said, literal, at, last)) {
            int next = at + stretch.to - stretch.from;
            boolean here =
                    text.startsWith(said.substring(stretch.from, stretch.to), at) && text.startsWith(literal, next);
            if (here && match(i + 1, next + literal.length(), stretches)) {
                stretches[i] = stretch;
                return true;
            }
        }
        deadEnds.add((long) i << 32 | at);
        return false;
    }

    /** Likely stretches first: all, trimmed, then what stands before the literal's next place. */
    private Set<Stretch> stretches(String said, String literal, int at, boolean last) {
        Set<Stretch> likely = new LinkedHashSet<>();
        likely.add(new Stretch(0, said.length()));
        int left = said.length() - said.stripLeading().length();
        int right = said.stripTrailing().length();
        likely.add(new Stretch(Math.min(left, right), right));
        likely.add(new Stretch(left, said.length()));
        likely.add(new Stretch(0, right));
        int end = last ? text.length() - literal.length() : literal.isEmpty() ? -1 : text.indexOf(literal, at);
        if (end >= at) {
            int place = said.lastIndexOf(text.substring(at, end));
            if (place >= 0) {
                likely.add(new Stretch(place, place + end - at));
            }
        }
        return likely;
    }

    private List<Span> spans(Stretch[] stretches) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < literals.size(); i++) {
            if (!literals.get(i).isEmpty()) {
                spans.add(new Span(Span.Kind.RAW, TEMPLATE, literals.get(i)));
            }
            if (i < stretches.length) {
                spans.addAll(messages.get(order.get(i)).part(stretches[i].from, stretches[i].to));
            }
        }
        return spans;
    }
}
