package io.concordance.bench.strategies;

import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.generation.ArmText;
import io.concordance.capture.generation.Continuations;
import io.concordance.capture.generation.Generation;
import io.concordance.capture.generation.GenerationRequest;
import io.concordance.capture.generation.WrittenDocument;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.intervention.Positions;
import io.concordance.capture.model.CausalModel;
import io.concordance.capture.model.Edit;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelInspection;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.interp.iti.Shift;
import io.concordance.interp.iti.Sweep;
import io.concordance.interp.iti.Told;
import io.concordance.interp.iti.WritingArm;
import io.concordance.interp.probe.HeadProbe;
import io.concordance.interp.probe.HeadProbes;
import io.concordance.interp.probe.HeadRead;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A small model whose heads can be probed, and shifted while it writes. */
final class ShiftedOrganism implements AutoCloseable {
    private static final String LOGITS = "logits";
    private static final int CONTEXT = 96;
    private static final int BATCH_TOKENS = 4096;
    private static final int TOKENS = 8;
    private static final String END = "<|end|>";

    private final List<HookPoint> hooks;
    private final List<EditSite> sites;
    private final HookedModel reader;
    private final HookedModel logits;
    private final CausalModel writer;
    private final int vocabulary;

    ShiftedOrganism(Path file, Path tokenizer) {
        RegisteredModel model = new ModelInspection(CONTEXT).inspect("organism", file, tokenizer);
        this.hooks = model.hooks().stream().filter(hook -> hook.heads() != null).toList();
        this.sites = hooks.stream()
                .map(hook -> new EditSite(hook.tensor(), hook.width(), 1, false))
                .toList();
        this.vocabulary = model.vocabulary();
        this.reader = HookedModel.open(model, hooks, DType.F32, file, tokenizer);
        this.logits = HookedModel.open(
                model,
                List.of(new HookPoint(LOGITS, null, LOGITS, null, vocabulary, null, null)),
                DType.F32,
                sites,
                file,
                tokenizer);
        this.writer = CausalModel.open(model, LOGITS, sites, OnnxFile.read(file), tokenizer);
    }

    /** One probe a head, best first, at the last token of the prompt. */
    List<HeadProbe> probes(List<Transcript> labelled, long seed) {
        List<HeadProbes> all = hooks.stream()
                .map(hook -> new HeadProbes(
                        hook.name(), Objects.requireNonNull(hook.heads()), hook.width(), HeadRead.LAST_PROMPT, seed))
                .toList();
        for (Transcript transcript : labelled) {
            TokenizedDocument tokens = reader.tokenize(transcript);
            int prompt = Positions.firstOutput(tokens.spans());
            reader.run(
                    TokenBatch.of(List.of(tokens.tokens())),
                    (hook, row, values) -> all.get(hook)
                            .add(
                                    transcript.id(),
                                    transcript.id(),
                                    transcript.outcome(),
                                    values.toArray(ValueLayout.JAVA_FLOAT),
                                    tokens.length(),
                                    prompt));
        }
        return HeadProbes.ranked(
                all.stream().flatMap(probes -> probes.fit().stream()).toList());
    }

    /** What it answers, greedily; a shift is made at the last token of every step and stays. */
    Map<String, Told> told(WritingArm arm, List<String> hedges) {
        Generation settings = new Generation(
                TOKENS, 0, 1, 0, List.of(END), Generation.Replay.NONE, new GenerationRequest.Action("text", END));
        Map<String, Told> told = new LinkedHashMap<>();
        for (WrittenDocument document : new Continuations(
                        ArmText.of((ChatTemplate) null, null), settings, null, Map.of(), BATCH_TOKENS)
                .write(writer, arm.prompts(), edits(arm.shift(), "last"))) {
            Transcript written = document.transcript();
            told.put(written.id(), Told.of(written.spans().getLast().text(), written.tags(), hedges));
        }
        return told;
    }

    /** What a shift of every token costs on text. */
    Sweep.Cost cost(List<Transcript> benign, Shift shift) {
        ArmEdits edits = edits(shift, "all");
        long tokens = 0;
        double clean = 0;
        double shifted = 0;
        double kl = 0;
        for (Transcript transcript : benign) {
            int[] ids = logits.tokenize(transcript).tokens();
            TokenBatch batch = TokenBatch.of(List.of(ids));
            List<float[]> before = new ArrayList<>();
            logits.run(batch, (hook, row, values) -> before.add(values.toArray(ValueLayout.JAVA_FLOAT)));
            List<float[]> after = new ArrayList<>();
            logits.run(
                    batch,
                    edits.of(batch, List.of(new ArmEdits.Row(ids.length, ids.length, 0))),
                    (hook, row, values) -> after.add(values.toArray(ValueLayout.JAVA_FLOAT)));
            for (int t = 0; t + 1 < ids.length; t++) {
                float[] p = row(before.getFirst(), t);
                float[] q = row(after.getFirst(), t);
                clean += LossSums.crossEntropy(p, ids[t + 1]);
                shifted += LossSums.crossEntropy(q, ids[t + 1]);
                kl += LossSums.divergence(p, q);
                tokens++;
            }
        }
        return new Sweep.Cost(tokens, clean / tokens, shifted / tokens, kl / tokens);
    }

    private float[] row(float[] values, int row) {
        return Arrays.copyOfRange(values, row * vocabulary, (row + 1) * vocabulary);
    }

    private ArmEdits edits(@Nullable Shift shift, String positions) {
        if (shift == null) {
            return ArmEdits.NONE;
        }
        List<ArmEdits.Bound> bound = new ArrayList<>();
        for (int site = 0; site < hooks.size(); site++) {
            float[] delta = shift.vectors().get(hooks.get(site).name());
            if (delta != null) {
                bound.add(new ArmEdits.Bound(site, 0, Edit.add(delta), new Positions(positions, List.of())));
            }
        }
        return new ArmEdits(sites, bound, null);
    }

    @Override
    public void close() {
        reader.close();
        logits.close();
        writer.close();
    }
}
