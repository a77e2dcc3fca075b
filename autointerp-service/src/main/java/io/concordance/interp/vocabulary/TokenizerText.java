package io.concordance.interp.vocabulary;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.concordance.interp.label.TokenText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Texts and tokens by a Hugging Face {@code tokenizer.json}. Thread-safe. */
final class TokenizerText implements Tokenizer {
    static {
        // The library reports its use to its makers on first load unless told not to.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final Map<Integer, String> known = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException when the file is no tokenizer */
    TokenizerText(Path file) {
        try {
            tokenizer = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public String of(int token) {
        return known.computeIfAbsent(token, this::decode);
    }

    @Override
    public String of(int[] tokens) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), false);
    }

    @Override
    public int lead() {
        long[] special = tokenizer.encode("a").getSpecialTokenMask();
        int lead = 0;
        while (lead < special.length && special[lead] == 1) {
            lead++;
        }
        return lead;
    }

    @Override
    public int[] tokens(String read) {
        return Arrays.stream(tokenizer.encode(read, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** A token outside the vocabulary has no text and keeps its id. */
    private String decode(int token) {
        String text = tokenizer.decode(new long[] {token}, false);
        return text.isEmpty() ? TokenText.ids().of(token) : text;
    }
}
