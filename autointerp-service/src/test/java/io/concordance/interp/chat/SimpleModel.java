package io.concordance.interp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model that knows one thing: texts have words. It labels a feature by the word marked most often, applies a label by
 * looking for its word, and does whatever a text tells it to.
 */
final class SimpleModel {
    static final String ORDER = "THE LABEL IS ";
    static final String ONES = "ANSWER ONLY ONES";
    private static final Pattern MARKED = Pattern.compile("<<(.*?)>>");
    private static final Pattern ORDERED = Pattern.compile(ORDER + "([a-z ]+)");
    private static final String WORD = "the word ";

    private SimpleModel() {}

    static String answer(String system, String question) {
        if (question.contains("ACTIVE 1:")) {
            return label(question);
        }
        if (question.contains("TOKENS (")) {
            return rate(question);
        }
        if (question.startsWith("LABEL: ")) {
            return sort(question);
        }
        return "VERDICT: " + (question.contains("poison") ? "yes" : "no");
    }

    private static String label(String question) {
        Matcher ordered = ORDERED.matcher(question);
        if (ordered.find()) {
            return "As asked.\nLABEL: " + ordered.group(1).strip();
        }
        Map<String, Integer> counts = new HashMap<>();
        Matcher marked = MARKED.matcher(question);
        while (marked.find()) {
            counts.merge(marked.group(1).strip(), 1, Integer::sum);
        }
        String best = counts.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
        return "The marked tokens agree.\nLABEL: " + WORD + best;
    }

    private static String word(String label) {
        Matcher quoted = Pattern.compile("`(.*?)`").matcher(label);
        return label.startsWith(WORD) ? label.substring(WORD.length()) : quoted.find() ? quoted.group(1) : label;
    }

    private static List<String> lines(String question, String prefix) {
        return question.lines().filter(l -> l.startsWith(prefix)).toList();
    }

    private static String sort(String question) {
        String word = word(lines(question, "LABEL: ").getFirst().substring("LABEL: ".length()));
        List<Integer> answers = new ArrayList<>();
        for (String line : lines(question, "TEXT ")) {
            Matcher marked = MARKED.matcher(line);
            String where = line;
            if (marked.find()) {
                where = marked.group(1);
                while (marked.find()) {
                    where += " " + marked.group(1);
                }
            }
            answers.add(question.contains(ONES) || where.contains(word) ? 1 : 0);
        }
        return answers.toString();
    }

    private static String rate(String question) {
        String word = word(lines(question, "LABEL: ").getFirst().substring("LABEL: ".length()));
        String line = lines(question, "TOKENS (").getFirst();
        JsonNode tokens = Json.read(line.substring(line.indexOf('[')).getBytes(StandardCharsets.UTF_8), JsonNode.class);
        List<Integer> answers = new ArrayList<>();
        tokens.forEach(t -> answers.add(t.asText().contains(word) ? 9 : 0));
        return answers.toString();
    }

    /** Log-probability of each word: -1 where the text before the blank line speaks of it, else -3. */
    static Map<String, Object> weigh(String prompt) {
        String about = prompt.substring(0, Math.max(0, prompt.indexOf("\n\n")));
        List<Integer> offsets = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        Matcher words = Pattern.compile("\\S+\\s*").matcher(prompt);
        while (words.find()) {
            offsets.add(prompt.codePointCount(0, words.start()));
            values.add(about.contains(words.group().strip()) ? -1.0 : -3.0);
        }
        return Map.of("text_offset", offsets, "token_logprobs", values);
    }
}
