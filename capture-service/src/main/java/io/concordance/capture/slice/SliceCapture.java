package io.concordance.capture.slice;

import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardLayout;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.transcript.Transcript;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs a model over documents and keeps the rows of each hook in document order, however the documents were batched.
 * The rows depend on model, hooks, documents and settings only.
 */
final class SliceCapture {
    private final List<Transcript> transcripts;
    private final List<TokenizedDocument> documents;
    /** First row of each document, and the number of rows at the end. */
    private final long[] firstRow;
    /** Rows of each hook, {@code [rows, width]}. */
    private final List<MemorySegment> rows = new ArrayList<>();

    private SliceCapture(List<Transcript> transcripts, List<TokenizedDocument> documents) {
        this.transcripts = transcripts;
        this.documents = documents;
        this.firstRow = new long[documents.size() + 1];
        for (int d = 0; d < documents.size(); d++) {
            firstRow[d + 1] = firstRow[d] + documents.get(d).length();
        }
    }

    /** @param batchTokens tokens of one model run, padding included */
    static SliceCapture run(HookedModel model, DType dtype, List<Transcript> transcripts, int batchTokens) {
        SliceCapture capture = new SliceCapture(
                transcripts, transcripts.stream().map(model::tokenize).toList());
        List<Long> rowBytes = new ArrayList<>();
        model.hooks().forEach(hook -> {
            rowBytes.add((long) hook.width() * dtype.bytes());
            capture.rows.add(MemorySegment.ofArray(
                    new byte[Math.toIntExact(Math.multiplyExact(capture.tokens(), rowBytes.getLast()))]));
        });
        int[] lengths =
                capture.documents.stream().mapToInt(TokenizedDocument::length).toArray();
        for (List<Integer> batch : Batches.of(lengths, batchTokens, model.padding())) {
            TokenBatch tokens = TokenBatch.of(
                    batch.stream().map(d -> capture.documents.get(d).tokens()).toList());
            model.run(
                    tokens,
                    (hook, row, activations) -> capture.rows
                            .get(hook)
                            .asSlice(capture.firstRow[batch.get(row)] * rowBytes.get(hook), activations.byteSize())
                            .copyFrom(activations));
        }
        return capture;
    }

    /** Token positions over all documents. */
    int tokens() {
        return Math.toIntExact(firstRow[firstRow.length - 1]);
    }

    /** Documents cut to the model's context. */
    int truncated() {
        return Math.toIntExact(
                documents.stream().filter(TokenizedDocument::truncated).count());
    }

    /** The shard of a hook, as the bytes of its file. */
    byte[] shard(int hook, int width, DType dtype, ShardHeader header) {
        ShardWriter writer = new ShardWriter(header, width, dtype);
        long rowBytes = (long) width * dtype.bytes();
        for (int d = 0; d < documents.size(); d++) {
            TokenizedDocument document = documents.get(d);
            writer.addDocument(transcripts.get(d).id(), transcripts.get(d).outcome());
            for (int position = 0; position < document.length(); position++) {
                writer.addRow(
                        document.tokens()[position],
                        position,
                        document.spans()[position],
                        rows.get(hook).asSlice((firstRow[d] + position) * rowBytes, rowBytes));
            }
        }
        return writer.toBytes();
    }

    /** Whether two shards hold the same header, documents, tokens and positions, and differ in activations at most. */
    static boolean sameRows(byte[] a, byte[] b) {
        try (SafetensorsFile first = SafetensorsFile.of(a);
                SafetensorsFile second = SafetensorsFile.of(b)) {
            return first.metadata().equals(second.metadata())
                    && first.tensors().equals(second.tensors())
                    && Stream.of(ShardLayout.TOKEN, ShardLayout.DOCUMENT, ShardLayout.POSITION)
                            .allMatch(column -> Arrays.equals(first.ints(column), second.ints(column)))
                    && Stream.of(ShardLayout.SPAN, ShardLayout.OUTCOME)
                            .allMatch(column -> Arrays.equals(first.bytes(column), second.bytes(column)));
        } catch (FieldProblem e) {
            return false;
        }
    }
}
