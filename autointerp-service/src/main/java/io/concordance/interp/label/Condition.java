package io.concordance.interp.label;

import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Site;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One thing that is true or false of a token in its document: the token itself, what stands before it, or its place. */
public sealed interface Condition {
    boolean holds(Site site);

    /** The condition as a phrase that continues "fires", or, of {@link Contains}, "when the text before contains". */
    String phrase(TokenText text);

    /** The condition as JSON-ready values. */
    Map<String, Object> json();

    /** Its place in a phrase of several. */
    default int order() {
        return switch (this) {
            case TokenIn tokens -> 0;
            case Preceded preceded -> preceded.distance();
            case At at -> 1 + Contrast.MAX_DISTANCE;
            case Contains contains -> 2 + Contrast.MAX_DISTANCE;
        };
    }

    /** The token is one of these. */
    record TokenIn(List<Integer> tokens) implements Condition {
        public TokenIn {
            tokens = tokens.stream().sorted().toList();
        }

        @Override
        public boolean holds(Site site) {
            return tokens.contains(site.token());
        }

        @Override
        public String phrase(TokenText text) {
            String names = tokens.stream().map(text::quoted).collect(Collectors.joining(", "));
            return tokens.size() == 1 ? "on token " + names : "on tokens " + names;
        }

        @Override
        public Map<String, Object> json() {
            return Map.of("is", "tokenIn", "tokens", tokens);
        }
    }

    /** The token {@code distance} places before is this one. */
    record Preceded(int distance, int token) implements Condition {
        @Override
        public boolean holds(Site site) {
            int at = site.row() - distance;
            return at >= site.document().firstRow() && site.document().token(at) == token;
        }

        @Override
        public String phrase(TokenText text) {
            return distance == 1
                    ? "after " + text.quoted(token)
                    : "with " + text.quoted(token) + " " + distance + " tokens before";
        }

        @Override
        public Map<String, Object> json() {
            return Map.of("is", "preceded", "distance", distance, "token", token);
        }
    }

    /** These tokens stand next to each other somewhere before the token, at most {@link #REACH} back. */
    record Contains(List<Integer> tokens) implements Condition {
        static final int REACH = DocumentRows.REACH;

        @Override
        public boolean holds(Site site) {
            DocumentRows document = site.document();
            for (int at = Math.max(document.firstRow(), site.row() - REACH); at + tokens.size() <= site.row(); at++) {
                boolean equal = true;
                for (int i = 0; i < tokens.size() && equal; i++) {
                    equal = document.token(at + i) == tokens.get(i);
                }
                if (equal) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String phrase(TokenText text) {
            int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
            return Arrays.stream(ids)
                    .mapToObj(text::quoted)
                    .map(quoted -> quoted.substring(1, quoted.length() - 1))
                    .collect(Collectors.joining("", "`", "`"));
        }

        @Override
        public Map<String, Object> json() {
            return Map.of("is", "contains", "tokens", tokens);
        }
    }

    /** A place in the document. */
    enum At implements Condition {
        FIRST_TOKEN("on the first token"),
        LAST_PROMPT_TOKEN("on the last prompt token"),
        OUTPUT("in what the model writes");

        private final String phrase;

        At(String phrase) {
            this.phrase = phrase;
        }

        @Override
        public boolean holds(Site site) {
            int prompt = site.document().promptRows();
            return switch (this) {
                case FIRST_TOKEN -> site.row() == 0;
                case LAST_PROMPT_TOKEN -> site.row() == prompt - 1;
                case OUTPUT -> site.row() >= prompt;
            };
        }

        @Override
        public String phrase(TokenText text) {
            return phrase;
        }

        @Override
        public Map<String, Object> json() {
            return Map.of("is", name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
        }
    }
}
