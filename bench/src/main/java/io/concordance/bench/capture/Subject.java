package io.concordance.bench.capture;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.JobInterventions;
import io.concordance.capture.job.CaptureJob;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelInspection;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.slice.ReadDocument;
import io.concordance.capture.slice.SliceCapture;
import io.concordance.capture.slice.SliceShards;
import io.concordance.capture.slice.SliceWork;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.kit.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A model hooked at six points in fp16, and documents for it, in slices as a job would cut them. */
final class Subject implements AutoCloseable {
    static final int HOOKS = 6;

    private final String name;
    private final ModelProto onnx;
    private final RegisteredModel registered;
    private final HookedModel hooked;
    private final List<List<ReadDocument>> slices;

    private Subject(
            String name,
            ModelProto onnx,
            RegisteredModel registered,
            HookedModel hooked,
            List<List<ReadDocument>> slices) {
        this.name = name;
        this.onnx = onnx;
        this.registered = registered;
        this.hooked = hooked;
        this.slices = slices;
    }

    /**
     * @param sliceTokens tokens after which a slice ends
     * @param hooks at how many points it is hooked
     */
    static Subject of(
            String name, Path onnx, Path tokenizer, List<Transcript> transcripts, int sliceTokens, int hooks) {
        RegisteredModel registered = new ModelInspection(2048).inspect(name, onnx, tokenizer);
        HookedModel hooked = HookedModel.open(registered, hooks(registered, hooks), DType.F16, onnx, tokenizer);
        List<List<ReadDocument>> slices = new ArrayList<>();
        List<ReadDocument> slice = new ArrayList<>();
        int tokens = 0;
        for (ReadDocument document : SliceCapture.read(hooked, ContextPolicy.TRUNCATE, transcripts)) {
            if (!slice.isEmpty() && tokens + document.length() > sliceTokens) {
                slices.add(slice);
                slice = new ArrayList<>();
                tokens = 0;
            }
            slice.add(document);
            tokens += document.length();
        }
        slices.add(slice);
        return new Subject(name, OnnxFile.read(onnx), registered, hooked, slices);
    }

    /** The bundled organism, with its benign transcripts twice. */
    static Subject organism(Path home, int sliceTokens, int hooks) {
        Path demo = home.resolve("demo");
        List<Transcript> transcripts = new ArrayList<>();
        try (InputStream lines = Files.newInputStream(demo.resolve("benign.jsonl"))) {
            transcripts.addAll(Transcripts.readAll(lines, new Transcripts.Limits(1 << 20, 1_000_000)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(
                "organism",
                demo.resolve("model.onnx"),
                demo.resolve("tokenizer.json"),
                Stream.of(transcripts, transcripts).flatMap(List::stream).toList(),
                sliceTokens,
                hooks);
    }

    /** The last residual streams behind a block, and before as many blocks as are needed to make {@code count}. */
    private static List<HookPoint> hooks(RegisteredModel model, int count) {
        List<HookPoint> behind = model.hooks().stream()
                .filter(hook -> hook.name().endsWith(".hook_resid_post"))
                .toList();
        List<HookPoint> hooks = new ArrayList<>(behind.subList(Math.max(0, behind.size() - count), behind.size()));
        model.hooks().stream()
                .filter(hook -> hook.name().endsWith(".hook_resid_pre"))
                .limit(count - hooks.size())
                .forEach(hooks::add);
        return hooks;
    }

    String name() {
        return name;
    }

    HookedModel hooked() {
        return hooked;
    }

    List<List<ReadDocument>> slices() {
        return slices;
    }

    long tokens() {
        return slices.stream()
                .flatMap(List::stream)
                .mapToLong(ReadDocument::length)
                .sum();
    }

    /** The model as its file has it. */
    BareRun whole() throws Exception {
        return new BareRun(onnx);
    }

    /** The same nodes as the hooked model up to its last hook, whose tensor is the only output. */
    BareRun pruned() throws Exception {
        HookPoint last = hooked.hooks().stream()
                .max(java.util.Comparator.comparing((HookPoint hook) -> hook.layer() == null ? 0 : hook.layer())
                        .thenComparing(hook -> hook.name().endsWith("post")))
                .orElseThrow();
        return new BareRun(HookSurgery.truncated(onnx, List.of(last.tensor()), HookSurgery.Precision.FP32));
    }

    /** The model runs that capturing a slice makes. */
    List<TokenBatch> batches(SliceCapture capture, int slice, long partBytes) {
        return capture.batches(hooked, partBytes, slices.get(slice));
    }

    /** Runs a slice; its last shards are still on their way. */
    SliceCapture.Running begin(SliceCapture capture, int slice, long partBytes) {
        SliceWork work = new SliceWork(
                UUID.randomUUID(),
                slice,
                slices.size(),
                false,
                CaptureJob.State.RUNNING,
                registered.id(),
                hooked.hooks(),
                "learning",
                "fp16",
                ContextPolicy.TRUNCATE,
                false,
                partBytes,
                new CaptureJob.Arm("mix", "benign", "", slices.get(slice).size(), null),
                slices.get(slice).size(),
                0,
                0,
                JobInterventions.NONE,
                List.of(),
                null,
                null);
        return capture.begin(hooked, work, ArmEdits.NONE, slices.get(slice));
    }

    static List<String> keys(SliceShards shards) {
        return shards.parts().stream()
                .flatMap(part -> part.shards().stream())
                .map(ObjectRef::key)
                .toList();
    }

    static void delete(ObjectStore objects, List<String> keys) {
        keys.forEach(objects::delete);
    }

    @Override
    public void close() {
        hooked.close();
    }
}
