package io.concordance.capture.slice;

import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.TokenBatch;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.store.ObjectStore;
import java.util.List;

/**
 * Runs a slice through a model, part by part, in memory that does not depend on the slice's size: three blocks for
 * each worker, one for the outputs of a model run and two for rows. A part is on its way to the
 * object store while the next one is filled.
 */
public final class SliceCapture implements AutoCloseable {
    private final Settings settings;
    private final PartUploads uploads;
    private final NativeMemory outputs;
    private final NativeMemory blocks;

    /**
     * @param workers threads that run slices at once
     * @param batchTokens tokens of one model run, padding included
     * @param partBytes size of the blocks
     * @param documentBytes most bytes of activations of one document, over all hooks
     */
    public record Settings(int workers, int batchTokens, long partBytes, long documentBytes) {}

    public SliceCapture(ObjectStore objects, Settings settings) {
        this.settings = settings;
        this.uploads = new PartUploads(objects, 2 * settings.workers);
        this.outputs = new NativeMemory(settings.workers, settings.partBytes);
        this.blocks = new NativeMemory(2 * settings.workers, settings.partBytes);
    }

    /** The transcripts as the model reads them. */
    public static List<ReadDocument> read(HookedModel model, ContextPolicy policy, List<Transcript> transcripts) {
        return transcripts.stream()
                .map(transcript -> ReadDocument.of(transcript, model, policy))
                .toList();
    }

    /**
     * Runs a slice with an arm's interventions. The model is done with it on return, its last shards are still on their
     * way. Used by as many threads at once as there are workers.
     *
     * @throws ModelRunException when the slice itself is at fault; shards that were written by then are still there
     */
    public Running begin(HookedModel model, SliceWork work, ArmEdits edits, List<ReadDocument> documents) {
        documents.forEach(document -> requireRoom(document, model.rowBytes()));
        List<List<ReadDocument>> parts = SlicePart.cut(documents, model.rowBytes(), work.partBytes());
        int batchTokens = batchTokens(model);
        PartUploads.Slice sending = uploads.slice();
        try {
            for (int p = 0; p < parts.size(); p++) {
                sending.check();
                Loop.cameRound();
                int index = p;
                SlicePart part = new SlicePart(
                        parts.get(p),
                        work.hooks(),
                        work.tensorType(),
                        work.positionMeans(),
                        hook -> work.header(hook, index, parts.size(), edits.provenance()));
                sending.send(part, filled(part, model, edits, batchTokens), keys(work, index));
            }
        } catch (Throwable e) {
            sending.close();
            throw e;
        }
        int truncated = Math.toIntExact(
                documents.stream().filter(ReadDocument::truncated).count());
        return new Running(sending, truncated);
    }

    /** A slice whose shards are being sent. Closing waits until none is on its way any more. */
    public static final class Running implements AutoCloseable {
        private final PartUploads.Slice sending;
        private final int truncated;

        private Running(PartUploads.Slice sending, int truncated) {
            this.sending = sending;
            this.truncated = truncated;
        }

        /** Returns when all shards are durable. */
        public SliceShards stored() {
            return new SliceShards(truncated, 0, sending.stored(), null, null, null);
        }

        @Override
        public void close() {
            sending.close();
        }
    }

    /** The model runs that {@link #begin} makes of these documents, in order. */
    public List<TokenBatch> batches(HookedModel model, long partBytes, List<ReadDocument> documents) {
        return SlicePart.cut(documents, model.rowBytes(), partBytes).stream()
                .flatMap(part -> SlicePart.batches(part, batchTokens(model), model.padding()).stream())
                .map(batch ->
                        TokenBatch.of(batch.stream().map(SlicePart.Run::tokens).toList()))
                .toList();
    }

    private int batchTokens(HookedModel model) {
        return (int) Math.clamp(settings.partBytes / model.rowBytes(), 1, settings.batchTokens);
    }

    /** Bytes of native memory held now, in use or kept for the next slice. */
    public long nativeBytes() {
        return outputs.held() + blocks.held();
    }

    private NativeMemory.Block filled(SlicePart part, HookedModel model, ArmEdits edits, int batchTokens) {
        NativeMemory.Block block = blocks.take(part.bytes());
        try {
            part.fill(block.bytes(), model, edits, outputs, batchTokens);
            return block;
        } catch (Throwable e) {
            block.close();
            throw e;
        }
    }

    private void requireRoom(ReadDocument document, long rowBytes) {
        if (document.length() * rowBytes > settings.documentBytes) {
            throw new ModelRunException("document '" + document.id() + "' has " + document.length() + " tokens, "
                    + document.length() * rowBytes + " bytes of activations; at most " + settings.documentBytes
                    + " are allowed: fewer hook points, or contextPolicy truncate");
        }
    }

    private static List<String> keys(SliceWork work, int part) {
        return work.hooks().stream()
                .map((HookPoint hook) -> work.key(hook, part))
                .toList();
    }

    @Override
    public void close() {
        uploads.close();
        outputs.close();
        blocks.close();
    }
}
