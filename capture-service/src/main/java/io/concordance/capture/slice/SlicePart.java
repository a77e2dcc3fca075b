package io.concordance.capture.slice;

import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.Positions;
import io.concordance.capture.model.Edits;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.NotFiniteException;
import io.concordance.capture.model.TokenBatch;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardMemory;
import io.concordance.contracts.shard.ShardRows;
import io.concordance.contracts.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Consecutive documents of a slice whose shards, one for each hook, are filled together in one block of memory. Rows lie
 * in document order however the documents were batched; the bytes depend on model, hooks, documents and settings only.
 */
final class SlicePart {
    private static final long ALIGNMENT = 64;

    private final List<ReadDocument> documents;
    private final ShardRows rows;
    private final List<ShardMemory> shards = new ArrayList<>();
    /** Where each shard begins in the block, and the end of the last. */
    private final long[] begin;

    /** @param headers of the shard at each hook */
    SlicePart(
            List<ReadDocument> documents,
            List<HookPoint> hooks,
            DType dtype,
            boolean positionSums,
            Function<HookPoint, ShardHeader> headers) {
        this.documents = documents;
        this.rows = new ShardRows(documents.stream().map(ReadDocument::rows).toList());
        this.begin = new long[hooks.size() + 1];
        for (int h = 0; h < hooks.size(); h++) {
            HookPoint hook = hooks.get(h);
            ShardMemory shard = new ShardMemory(headers.apply(hook), rows, hook.width(), dtype, positionSums);
            shards.add(shard);
            begin[h + 1] = Math.ceilDiv(begin[h] + shard.bytes(), ALIGNMENT) * ALIGNMENT;
        }
    }

    /**
     * Cuts documents where their activations would take more than {@code partBytes}, a larger document alone.
     *
     * @param rowBytes bytes of one token position over all hooks
     * @return at least one list; each holds at least one document
     */
    static List<List<ReadDocument>> cut(List<ReadDocument> documents, long rowBytes, long partBytes) {
        List<List<ReadDocument>> parts = new ArrayList<>();
        List<ReadDocument> part = new ArrayList<>();
        long bytes = 0;
        for (ReadDocument document : documents) {
            long more = document.length() * rowBytes;
            if (!part.isEmpty() && bytes + more > partBytes) {
                parts.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(document);
            bytes += more;
        }
        parts.add(part);
        return parts;
    }

    int rows() {
        return rows.rows();
    }

    int documents() {
        return documents.size();
    }

    /** Size of the block. */
    long bytes() {
        return begin[begin.length - 1];
    }

    /** The file of a hook's shard inside a filled block. */
    MemorySegment shard(MemorySegment block, int hook) {
        return block.asSlice(begin[hook], shards.get(hook).bytes());
    }

    /**
     * Runs the model over the documents.
     *
     * @param block memory of {@link #bytes} bytes, filled afterwards
     * @param edits of the documents' arm
     * @param outputs memory for the outputs of one model run
     * @param batchTokens tokens of one model run, padding included; a longer window is run alone
     * @throws ModelRunException when the model fails or an activation is not finite, naming the place
     */
    void fill(MemorySegment block, HookedModel model, ArmEdits edits, NativeMemory outputs, int batchTokens) {
        for (List<Run> batch : batches(documents, batchTokens, model.padding())) {
            fill(block, model, edits, outputs, batch);
        }
        for (int h = 0; h < shards.size(); h++) {
            shards.get(h).finish(shard(block, h));
        }
    }

    /** One row of a batch. */
    record Run(ReadDocument document, ReadDocument.Window window, int firstRow) {
        int[] tokens() {
            return document.tokens(window);
        }

        ArmEdits.Row row() {
            return new ArmEdits.Row(document.length(), Positions.firstOutput(document.spans()), window.from());
        }
    }

    static List<List<Run>> batches(List<ReadDocument> documents, int batchTokens, boolean padding) {
        List<Run> runs = new ArrayList<>();
        int firstRow = 0;
        for (ReadDocument document : documents) {
            for (ReadDocument.Window window : document.windows()) {
                runs.add(new Run(document, window, firstRow + window.from()));
            }
            firstRow += document.length();
        }
        int[] lengths = runs.stream().mapToInt(run -> run.window.length()).toArray();
        return Batches.of(lengths, batchTokens, padding).stream()
                .map(batch -> batch.stream().map(runs::get).toList())
                .toList();
    }

    private void fill(MemorySegment block, HookedModel model, ArmEdits edits, NativeMemory outputs, List<Run> batch) {
        TokenBatch tokens = TokenBatch.of(batch.stream().map(Run::tokens).toList());
        try (NativeMemory.Block output = outputs.take((long) tokens.rows() * tokens.length() * model.rowBytes())) {
            Edits changes = edits.of(tokens, batch.stream().map(Run::row).toList());
            model.run(tokens, changes, output.bytes(), (hook, row, activations) -> {
                Run run = batch.get(row);
                MemorySegment place =
                        shards.get(hook).activations(shard(block, hook), run.firstRow, run.window.length());
                place.copyFrom(activations);
            });
        } catch (NotFiniteException e) {
            Run run = batch.get(e.row());
            throw new ModelRunException("document '" + run.document.id() + "', position "
                    + (run.window.from() + e.position()) + ": the activation at " + e.hook() + " is not finite in "
                    + e.precision());
        }
    }
}
