package io.concordance.interp.score;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.interp.chat.Chat;
import io.concordance.interp.chat.ChatAnswer;
import io.concordance.interp.chat.ChatPrompt;
import io.concordance.interp.chat.ChatPrompt.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model to sort stretches of text into ones and zeros by a label, five at a time, and scores the balanced accuracy.
 * The area under the ROC curve of yes-or-no answers is their balanced accuracy, so the interval is DeLong's.
 */
final class Sorting {
    private static final int BATCH = 5;
    private static final int ANSWER_TOKENS = 200;
    private static final Pattern LIST = Pattern.compile("\\[\\s*([01](?:\\s*,\\s*[01])*)\\s*]");

    private Sorting() {}

    /** @param right whether the answer should be 1 */
    record Item(String text, boolean right) {}

    /**
     * @param items in an order that is then shuffled by {@code seed}
     * @param instructions what is asked, and {@code shots} of it
     */
    static Score score(String label, List<Item> items, long seed, String instructions, List<Message> shots, Chat chat) {
        List<Item> shuffled = new ArrayList<>(items);
        Collections.shuffle(shuffled, new Random(seed));
        List<Double> ofRight = new ArrayList<>();
        List<Double> ofWrong = new ArrayList<>();
        int failures = 0;
        for (int from = 0; from < shuffled.size(); from += BATCH) {
            List<Item> batch = shuffled.subList(from, Math.min(shuffled.size(), from + BATCH));
            int[] answers = parse(chat.ask(prompt(label, batch, instructions, shots)), batch.size());
            if (answers == null) {
                failures += batch.size();
                continue;
            }
            for (int i = 0; i < answers.length; i++) {
                (batch.get(i).right() ? ofRight : ofWrong).add((double) answers[i]);
            }
        }
        int n = ofRight.size() + ofWrong.size();
        if (ofRight.size() < Scorer.FEWEST || ofWrong.size() < Scorer.FEWEST) {
            return Score.missing(
                    n,
                    failures,
                    "judged " + ofRight.size() + " windows that should count and " + ofWrong.size()
                            + " that should not, fewer than " + Scorer.FEWEST + " of a class");
        }
        Auroc area = Auroc.of(array(ofRight), array(ofWrong));
        return Score.of(area.area(), area.low(), area.high(), n, failures);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    static ChatPrompt prompt(String label, List<Item> batch, String instructions, List<Message> shots) {
        List<Message> messages = new ArrayList<>();
        messages.add(new Message("system", instructions));
        messages.addAll(shots);
        messages.add(question(label, batch.stream().map(Item::text).toList()));
        return new ChatPrompt(messages, ANSWER_TOKENS);
    }

    /** @param texts JSON strings */
    static Message question(String label, List<String> texts) {
        StringBuilder shown = new StringBuilder("LABEL: ").append(label).append('\n');
        for (int i = 0; i < texts.size(); i++) {
            shown.append("TEXT ")
                    .append(i + 1)
                    .append(": ")
                    .append(texts.get(i))
                    .append('\n');
        }
        return new Message("user", shown.toString());
    }

    /** The last list of the right length is the answer; null when there is none. */
    static int @Nullable [] parse(ChatAnswer answer, int size) {
        int[] found = null;
        Matcher matcher = LIST.matcher(answer.text());
        while (matcher.find()) {
            int[] list = matcher.group(1)
                    .chars()
                    .filter(c -> c == '0' || c == '1')
                    .map(c -> c - '0')
                    .toArray();
            found = list.length == size ? list : null;
        }
        return found;
    }
}
