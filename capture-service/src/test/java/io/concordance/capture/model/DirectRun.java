package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The plain way to a document's activations: the whole model, this document alone, its tensors read back as floats. */
public final class DirectRun implements AutoCloseable {
    private final RegisteredModel model;
    private final OnnxSession session;
    private final TextTokenizer tokenizer;

    private DirectRun(RegisteredModel model, OnnxSession session, TextTokenizer tokenizer) {
        this.model = model;
        this.session = session;
        this.tokenizer = tokenizer;
    }

    public static DirectRun of(Path onnx, Path tokenizer) {
        RegisteredModel model = new ModelInspection(2048).inspect("direct", onnx, tokenizer);
        ModelProto graph = OnnxFile.read(onnx);
        List<String> tensors = model.hooks().stream().map(HookPoint::tensor).toList();
        return new DirectRun(
                model,
                OnnxSession.open(HookSurgery.exposing(graph, tensors, HookSurgery.Precision.FP32)),
                TextTokenizer.open(tokenizer));
    }

    public static String id(String line) {
        return transcript(line).id();
    }

    public int[] tokens(String line) {
        return tokenizer.encode(transcript(line), model.context()).tokens();
    }

    /** {@code [positions, width]}. */
    public float[] activations(String line, String hook) {
        for (int h = 0; h < model.hooks().size(); h++) {
            if (model.hooks().get(h).name().equals(hook)) {
                String output = HookSurgery.output(h);
                return session.run(TokenBatch.of(List.of(tokens(line))), List.of(output))
                        .get(output)
                        .data();
            }
        }
        throw new IllegalArgumentException(hook);
    }

    private static Transcript transcript(String line) {
        return Transcripts.readAll(
                        new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)), Transcripts.Limits.DEFAULT)
                .getFirst();
    }

    @Override
    public void close() {
        session.close();
        tokenizer.close();
    }
}
