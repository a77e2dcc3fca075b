package io.concordance.contracts.shard;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.transcript.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The rows of a shard without their activations, which are the same at every hook. Positions of a document count from 0.
 */
public final class ShardRows {
    /** What activations may be stored as. */
    static final Set<DType> STORED = EnumSet.of(DType.F32, DType.F16, DType.BF16);

    private final List<String> documentIds = new ArrayList<>();
    private final int[] tokens;
    private final int[] documents;
    private final int[] positions;
    private final byte[] spans;
    private final byte[] outcomes;

    /**
     * A document and its tokens.
     *
     * @param tokens ids, {@code [rows]}
     * @param spans codes of the span kinds they fall in, {@code [rows]}
     */
    public record Document(String id, Outcome outcome, int[] tokens, byte[] spans) {}

    public ShardRows(List<Document> given) {
        int rows = given.stream().mapToInt(document -> document.tokens.length).sum();
        tokens = new int[rows];
        documents = new int[rows];
        positions = new int[rows];
        spans = new byte[rows];
        outcomes = new byte[rows];
        int at = 0;
        for (Document document : given) {
            int length = document.tokens.length;
            System.arraycopy(document.tokens, 0, tokens, at, length);
            System.arraycopy(document.spans, 0, spans, at, length);
            Arrays.fill(documents, at, at + length, documentIds.size());
            Arrays.fill(outcomes, at, at + length, document.outcome.code());
            for (int position = 0; position < length; position++) {
                positions[at + position] = position;
            }
            documentIds.add(document.id);
            at += length;
        }
    }

    public int rows() {
        return tokens.length;
    }

    public int documents() {
        return documentIds.size();
    }

    int position(int row) {
        return positions[row];
    }

    /** Rows at each position, up to the last that has any. */
    long[] rowsByPosition() {
        long[] counts = new long[Arrays.stream(positions).max().orElse(-1) + 1];
        for (int position : positions) {
            counts[position]++;
        }
        return counts;
    }

    /** The file of these rows at one hook, its activations reserved. */
    SafetensorsWriter file(ShardHeader header, int width, DType dtype) {
        long[] perRow = {rows()};
        return frame(header, documentIds)
                .reserved(ShardLayout.ACTIVATION, dtype, new long[] {rows(), width})
                .ints(ShardLayout.TOKEN, perRow, tokens)
                .ints(ShardLayout.DOCUMENT, perRow, documents)
                .ints(ShardLayout.POSITION, perRow, positions)
                .bytes(ShardLayout.SPAN, perRow, spans)
                .bytes(ShardLayout.OUTCOME, perRow, outcomes);
    }

    /** A file with a shard's metadata and no tensors. */
    static SafetensorsWriter frame(ShardHeader header, List<String> documentIds) {
        SafetensorsWriter file = new SafetensorsWriter()
                .metadata("format", ShardLayout.FORMAT)
                .metadata("job", header.job())
                .metadata("model", header.model())
                .metadata("hook", header.hook())
                .metadata("slice", Integer.toString(header.slice()))
                .metadata("arm", header.arm())
                .metadata("armKind", header.armKind())
                .metadata("role", header.role())
                .metadata("documents", new String(Json.bytes(documentIds), StandardCharsets.UTF_8));
        if (header.parts() > 1) {
            file.metadata("part", Integer.toString(header.part())).metadata("parts", Integer.toString(header.parts()));
        }
        if (header.interventions() != null) {
            file.metadata("interventions", header.interventions());
        }
        return file;
    }
}
