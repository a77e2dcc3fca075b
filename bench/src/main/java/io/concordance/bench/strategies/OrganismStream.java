package io.concordance.bench.strategies;

import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelInspection;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The stream of a bundled model at one hook point, in memory. */
final class OrganismStream implements AutoCloseable {
    private static final int CONTEXT = 128;
    private static final int TOGETHER = 64;

    private final HookedModel model;
    private final int width;

    /** @param hook short name of the hook point */
    OrganismStream(Path onnx, Path tokenizer, String hook) {
        RegisteredModel registered = new ModelInspection(CONTEXT).inspect("organism", onnx, tokenizer);
        HookPoint point = registered.hooks().stream()
                .filter(h -> hook.equals(h.alias()))
                .findFirst()
                .orElseThrow();
        this.width = point.width();
        this.model = HookedModel.open(registered, List.of(point), DType.F32, onnx, tokenizer);
    }

    int width() {
        return width;
    }

    /** Of all tokens of all documents in their order, {@code [rows, width]}. */
    float[] every(List<List<Span>> documents) {
        return read(documents, false);
    }

    /** Of all tokens of transcripts, as a capture job reads them. */
    TranscriptRows transcripts(List<Transcript> transcripts) {
        List<List<Span>> documents = transcripts.stream().map(Transcript::spans).toList();
        int[] begin = new int[transcripts.size() + 1];
        int[] firstOutput = new int[transcripts.size()];
        for (int d = 0; d < firstOutput.length; d++) {
            byte[] spans = model.tokenize(transcripts.get(d)).spans();
            begin[d + 1] = begin[d] + spans.length;
            while (firstOutput[d] < spans.length && spans[firstOutput[d]] != Span.Kind.OUTPUT.code()) {
                firstOutput[d]++;
            }
        }
        return new TranscriptRows(transcripts, begin, firstOutput, every(documents));
    }

    /** Of the last token of each document, {@code [documents, width]}. */
    float[] last(List<List<Span>> documents) {
        return read(documents, true);
    }

    private float[] read(List<List<Span>> documents, boolean last) {
        List<int[]> tokens = new ArrayList<>();
        int rows = 0;
        for (List<Span> document : documents) {
            int[] read = model.tokens(document, true, true).tokens();
            tokens.add(read);
            rows += last ? 1 : read.length;
        }
        float[] all = new float[Math.multiplyExact(rows, width)];
        int[] at = {0};
        for (int from = 0; from < tokens.size(); from += TOGETHER) {
            TokenBatch batch = TokenBatch.of(tokens.subList(from, Math.min(tokens.size(), from + TOGETHER)));
            model.run(batch, (hook, document, activations) -> {
                int length = batch.lengths()[document];
                int first = last ? length - 1 : 0;
                int values = (length - first) * width;
                MemorySegment.copy(
                        activations, ValueLayout.JAVA_FLOAT, (long) first * width * Float.BYTES, all, at[0], values);
                at[0] += values;
            });
        }
        return all;
    }

    @Override
    public void close() {
        model.close();
    }
}
