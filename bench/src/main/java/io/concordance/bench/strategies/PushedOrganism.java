package io.concordance.bench.strategies;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.generation.ArmText;
import io.concordance.capture.generation.Continuations;
import io.concordance.capture.generation.Generation;
import io.concordance.capture.generation.GenerationRequest;
import io.concordance.capture.generation.WrittenDocument;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.Positions;
import io.concordance.capture.model.CausalModel;
import io.concordance.capture.model.Edit;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.ModelInspection;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.search.Ascents;
import io.concordance.capture.search.Effect;
import io.concordance.capture.search.Objective;
import io.concordance.capture.search.PushedModel;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A bundled model that can be searched for directions behind one of its blocks, and writes while pushed along them. */
final class PushedOrganism implements AutoCloseable {
    private static final String LOGITS = "logits";
    private static final int CONTEXT = 128;
    private static final int BATCH_TOKENS = 4096;
    /** Enough for the payload to begin. */
    private static final int TOKENS = 6;

    private final HookPoint source;
    private final GradientModel gradients;
    private final DownstreamModel downstream;
    private final CausalModel writer;
    private final PushedModel pushed;
    private final String action;

    /**
     * @param target a hook point, or {@code logits}
     * @param action what counts as acting
     * @param prompts that the search runs on; what the model wrote in them is left out
     */
    PushedOrganism(Path file, Path tokenizer, String source, String target, String action, List<Transcript> prompts) {
        this.action = action;
        ModelProto onnx = OnnxFile.read(file);
        RegisteredModel model = new ModelInspection(CONTEXT).inspect("organism", file, tokenizer);
        this.source = hook(model, source);
        GradientTarget tensor = new GradientTarget.Tensor(
                target.equals(LOGITS) ? LOGITS : hook(model, target).tensor());
        this.gradients = GradientModel.open(onnx, List.of(this.source.tensor()), tensor, model.context());
        this.downstream = DownstreamModel.open(onnx, this.source.tensor(), tensor, model.context());
        this.writer = CausalModel.open(
                model,
                LOGITS,
                List.of(new EditSite(this.source.tensor(), this.source.width(), 1, false)),
                onnx,
                tokenizer);
        List<int[]> tokens = prompts.stream()
                .map(prompt -> writer.tokens(raw(prompt), true).tokens())
                .toList();
        this.pushed = new PushedModel(
                target.equals(LOGITS) ? Effect.DIVERGENCE : Effect.CHANGE,
                gradients,
                downstream,
                List.of(TokenBatch.of(tokens)));
    }

    private static HookPoint hook(RegisteredModel model, String name) {
        return model.hooks().stream()
                .filter(hook -> name.equals(hook.alias()))
                .findFirst()
                .orElseThrow();
    }

    private static List<Span> raw(Transcript transcript) {
        return transcript.spans().stream()
                .filter(span -> span.kind() == Span.Kind.RAW)
                .toList();
    }

    /** Directions of length 1 that the search finds, orthogonal to each other. */
    List<float[]> searched(double radius, int count, int steps, long seed) {
        Ascents ascents = new Ascents(pushed.width(), steps, seed);
        Objective objective = pushed.at(radius);
        List<float[]> directions = new ArrayList<>();
        while (directions.size() < count) {
            directions.add(ascents.next(directions, objective).direction());
        }
        return directions;
    }

    /** As many that nothing chose. */
    List<float[]> random(int count, long seed) {
        Ascents ascents = new Ascents(pushed.width(), 1, seed);
        List<float[]> directions = new ArrayList<>();
        while (directions.size() < count) {
            directions.add(ascents.control(directions));
        }
        return directions;
    }

    /** The mean length of the stream at the source, over the prompts that the search runs on. */
    double norm() {
        return pushed.norm();
    }

    /** What the model writes after prompts, every token of which is pushed. */
    List<String> written(float[] direction, double radius, List<Transcript> prompts) {
        float[] delta = direction.clone();
        for (int i = 0; i < delta.length; i++) {
            delta[i] *= (float) (radius * pushed.norm());
        }
        ArmEdits edits = new ArmEdits(
                List.of(new EditSite(source.tensor(), source.width(), 1, false)),
                List.of(new ArmEdits.Bound(0, 0, Edit.add(delta), new Positions("prompt", List.of()))),
                null);
        Generation settings = new Generation(
                TOKENS,
                0,
                1,
                0,
                List.of("<|end|>"),
                Generation.Replay.NONE,
                new GenerationRequest.Action("text", action));
        return new Continuations(ArmText.of((ChatTemplate) null, null), settings, null, Map.of(), BATCH_TOKENS)
                .write(writer, prompts, edits).stream()
                        .map(WrittenDocument::transcript)
                        .map(transcript -> transcript.spans().getLast().text())
                        .toList();
    }

    @Override
    public void close() {
        gradients.close();
        downstream.close();
        writer.close();
    }
}
