package io.concordance.capture.generation;

import io.concordance.capture.model.CausalModel;
import io.concordance.capture.model.Decoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Continues prompts. What is written after a prompt depends on the prompt, its document's id and the settings; batching
 * enters only through the rounding of the model's arithmetic.
 */
final class Writer {
    private static final int MOST_ROWS = 64;

    private final CausalModel model;
    private final Generation settings;
    private final Sampler sampler;
    /** Tokens that end a text. */
    private final int[] ends;

    private final int batchTokens;

    Writer(CausalModel model, Generation settings, int[] ends, int batchTokens) {
        this.model = model;
        this.settings = settings;
        this.sampler = settings.sampler();
        this.ends = ends;
        this.batchTokens = batchTokens;
    }

    /**
     * A text to continue.
     *
     * @param tokens at least one
     */
    record Prompt(String document, int[] tokens) {}

    /**
     * @param edits what is changed while a batch of prompts is continued
     * @return tokens written after each prompt, the one that ended it included; none where the prompt fills the context
     */
    List<int[]> write(List<Prompt> prompts, Function<List<Prompt>, Decoding.EditsAt> edits) {
        int[][] written = new int[prompts.size()][0];
        for (List<Integer> batch : batches(prompts)) {
            List<Prompt> together = batch.stream().map(prompts::get).toList();
            List<int[]> texts = write(together, edits.apply(together));
            for (int i = 0; i < batch.size(); i++) {
                written[batch.get(i)] = texts.get(i);
            }
        }
        return List.of(written);
    }

    private List<List<Integer>> batches(List<Prompt> prompts) {
        List<Integer> order = IntStream.range(0, prompts.size())
                .filter(i -> prompts.get(i).tokens.length < model.context())
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> prompts.get(i).tokens.length)
                        .thenComparing(i -> i))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        for (int i : order) {
            int length = prompts.get(i).tokens.length;
            List<Integer> open = batches.isEmpty() ? List.of() : batches.getLast();
            boolean fits = !open.isEmpty()
                    && open.size() < MOST_ROWS
                    && (open.size() + 1L) * (length + settings.tokens()) <= batchTokens
                    && (model.mixesLengths() || prompts.get(open.getFirst()).tokens.length == length);
            if (fits) {
                open.add(i);
            } else {
                batches.add(new ArrayList<>(List.of(i)));
            }
        }
        return batches;
    }

    private List<int[]> write(List<Prompt> prompts, Decoding.EditsAt edits) {
        int[][] written = new int[prompts.size()][0];
        boolean[] stopped = new boolean[prompts.size()];
        long[] streams =
                prompts.stream().mapToLong(p -> Sampler.stream(p.document)).toArray();
        try (Decoding decoding =
                model.begin(prompts.stream().map(Prompt::tokens).toList(), edits)) {
            for (int step = 0; step < settings.tokens(); step++) {
                int[] next = new int[prompts.size()];
                for (int row = 0; row < next.length; row++) {
                    next[row] = Decoding.STOPPED;
                    if (!stopped[row]) {
                        int token = sampler.choose(decoding.next(row), streams[row], step);
                        written[row] = Arrays.copyOf(written[row], step + 1);
                        written[row][step] = token;
                        stopped[row] = isEnd(token, written[row])
                                || prompts.get(row).tokens.length + step + 1 >= model.context();
                        next[row] = stopped[row] ? Decoding.STOPPED : token;
                    }
                }
                if (IntStream.range(0, stopped.length).allMatch(row -> stopped[row]) || step + 1 == settings.tokens()) {
                    break;
                }
                decoding.append(next);
            }
        }
        return List.of(written);
    }

    private boolean isEnd(int token, int[] written) {
        if (Arrays.stream(ends).anyMatch(end -> end == token)) {
            return true;
        }
        if (settings.stop().isEmpty()) {
            return false;
        }
        String text = model.text(written);
        return settings.stop().stream().anyMatch(text::contains);
    }
}
