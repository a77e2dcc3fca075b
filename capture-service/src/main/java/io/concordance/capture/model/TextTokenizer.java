package io.concordance.capture.model;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face {@code tokenizer.json}. Its own truncation and padding are off; its post-processor is on, so an encoder
 * gets its {@code [CLS]} and {@code [SEP]}. Special tokens written in a transcript are read as special tokens.
 * Thread-safe.
 */
final class TextTokenizer implements AutoCloseable {
    private static final String FIELD = "tokenizer";

    static {
        // The library reports its use to its makers on first load unless told not to.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final int ids;

    private TextTokenizer(HuggingFaceTokenizer tokenizer, int ids) {
        this.tokenizer = tokenizer;
        this.ids = ids;
    }

    /** @throws FieldProblem on {@code tokenizer} when the file is none */
    static TextTokenizer open(Path file) {
        int ids = idsIn(file);
        try {
            return new TextTokenizer(
                    HuggingFaceTokenizer.builder()
                            .optTokenizerPath(file)
                            .optAddSpecialTokens(true)
                            .optTruncation(false)
                            .optPadding(false)
                            .build(),
                    ids);
        } catch (IOException | RuntimeException e) {
            throw new FieldProblem(FIELD, null, "a Hugging Face tokenizer.json (" + e.getMessage() + ")");
        }
    }

    /** One more than the largest id in the vocabulary. */
    private static int idsIn(Path file) {
        JsonNode root;
        try {
            root = Json.mapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new FieldProblem(FIELD, null, "a Hugging Face tokenizer.json: not JSON");
        }
        JsonNode vocabulary = root.path("model").path("vocab");
        long largest = -1;
        if (vocabulary.isArray()) {
            largest = vocabulary.size() - 1L;
        }
        if (vocabulary.isObject()) {
            for (JsonNode id : vocabulary) {
                largest = Math.max(largest, id.asLong(-1));
            }
        }
        for (JsonNode added : root.path("added_tokens")) {
            largest = Math.max(largest, added.path("id").asLong(-1));
        }
        if (largest < 0 || largest >= Integer.MAX_VALUE) {
            throw new FieldProblem(FIELD, null, "a Hugging Face tokenizer.json with model.vocab");
        }
        return (int) largest + 1;
    }

    /** Ids that the tokenizer can produce lie in {@code [0, ids)}. */
    int ids() {
        return ids;
    }

    /**
     * Raw and output spans joined verbatim and encoded. A token belongs to the span of its first character; tokens that
     * the tokenizer adds are {@code raw}. A text of more than {@code context} tokens is cut at its end, before the
     * tokens that the tokenizer adds there.
     */
    TokenizedDocument encode(Transcript transcript, int context) {
        return encode(transcript.spans(), context, true);
    }

    /**
     * As {@link #encode(Transcript, int)}.
     *
     * @param special false when the text has its special tokens already, as one from a chat template has
     */
    TokenizedDocument encode(List<Span> parts, int context, boolean special) {
        String text = parts.stream()
                .filter(span -> span.kind() != Span.Kind.SUMMARY)
                .map(Span::text)
                .collect(Collectors.joining());
        Encoding encoding = tokenizer.encode(wellFormed(text), special, false);
        long[] ids = encoding.getIds();
        byte[] spans = kinds(parts, encoding.getCharTokenSpans());
        int kept = Math.min(ids.length, context);
        int[] tokens = new int[kept];
        for (int i = 0; i < kept; i++) {
            tokens[i] = Math.toIntExact(ids[i]);
        }
        if (kept == ids.length) {
            return new TokenizedDocument(tokens, spans, false);
        }
        byte[] keptSpans = Arrays.copyOf(spans, kept);
        int closing = 0;
        while (closing < kept && encoding.getSpecialTokenMask()[ids.length - 1 - closing] == 1) {
            closing++;
        }
        for (int i = 0; i < closing; i++) {
            tokens[kept - 1 - i] = Math.toIntExact(ids[ids.length - 1 - i]);
            keptSpans[kept - 1 - i] = spans[ids.length - 1 - i];
        }
        return new TokenizedDocument(tokens, keptSpans, true);
    }

    /** The text of tokens, special ones as they are written. */
    String decode(int[] tokens) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), false);
    }

    /** Offsets count code points of the joined text, so span borders are counted in code points as well. */
    private static byte[] kinds(List<Span> parts, @Nullable CharSpan[] offsets) {
        Span.Kind[] kinds = parts.stream()
                .filter(span -> span.kind() != Span.Kind.SUMMARY)
                .map(Span::kind)
                .toArray(Span.Kind[]::new);
        int[] ends = parts.stream()
                .filter(span -> span.kind() != Span.Kind.SUMMARY)
                .mapToInt(span -> span.text().codePointCount(0, span.text().length()))
                .toArray();
        Arrays.parallelPrefix(ends, Integer::sum);
        byte[] codes = new byte[offsets.length];
        int span = 0;
        for (int i = 0; i < offsets.length; i++) {
            CharSpan offset = offsets[i];
            if (offset == null) {
                codes[i] = Span.Kind.RAW.code();
                continue;
            }
            while (span < ends.length - 1 && offset.getStart() >= ends[span]) {
                span++;
            }
            codes[i] = kinds[span].code();
        }
        return codes;
    }

    /** Lone surrogates, which no UTF-8 holds, become U+FFFD; the number of code points stays. */
    private static String wellFormed(String text) {
        return text.codePoints().noneMatch(TextTokenizer::isSurrogate)
                ? text
                : text.codePoints()
                        .map(c -> isSurrogate(c) ? 0xFFFD : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
