package io.concordance.contracts.incident;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.tensor.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * A session on which a rule fired, as one safetensors file: what was read, and the activations that the monitor saw. Its
 * bytes never change, and their SHA-256 names it. Activations are single precision, because at half of that nothing can be
 * said to 1e-4.
 *
 * @param tokens ids, {@code [tokens]}
 * @param width d
 * @param activations {@code [tokens, d]} row-major, at the release's hook point, held by reference
 */
@SuppressWarnings("ArrayRecordComponent") // equality is by digest of the bytes
public record IncidentSnapshot(IncidentDetails details, int[] tokens, int width, float[] activations) {
    public static final String FORMAT = "concordance-incident/1";

    private static final String DETAILS = "incident";
    private static final String ACTIVATION = "activation";
    private static final String TOKEN = "token";

    /** @throws FieldProblem when the parts do not fit together */
    public IncidentSnapshot {
        details.checked();
        if (tokens.length < 1) {
            throw new FieldProblem(TOKEN, "none", "at least one token");
        }
        if (width < 1 || (long) tokens.length * width != activations.length) {
            throw new FieldProblem(
                    ACTIVATION,
                    activations.length + " values",
                    tokens.length + " rows, one a token, of " + width + " values");
        }
        for (int token : tokens) {
            if (token < 0) {
                throw new FieldProblem(TOKEN, token, "ids of at least 0");
            }
        }
        for (float value : activations) {
            if (!Float.isFinite(value)) {
                throw new FieldProblem(ACTIVATION, value, "finite values");
            }
        }
        if (details.firstOutput() < 0 || details.firstOutput() > tokens.length) {
            throw new FieldProblem("firstOutput", details.firstOutput(), "0 to the number of tokens, " + tokens.length);
        }
    }

    /** The file. The same snapshot makes the same bytes. */
    public byte[] toBytes() {
        return new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata(DETAILS, new String(Json.canonical(details), StandardCharsets.UTF_8))
                .floats(ACTIVATION, new long[] {tokens.length, width}, activations)
                .ints(TOKEN, new long[] {tokens.length}, tokens)
                .toBytes();
    }

    /**
     * Reads a file that may come from anyone.
     *
     * @throws FieldProblem when it is anything else than a whole snapshot
     */
    public static IncidentSnapshot read(byte[] bytes) {
        try (SafetensorsFile file = SafetensorsFile.of(bytes)) {
            if (!FORMAT.equals(file.metadata("format"))) {
                throw new FieldProblem("format", file.metadata("format"), FORMAT);
            }
            if (!file.tensors().keySet().equals(Set.of(ACTIVATION, TOKEN))) {
                throw new FieldProblem("tensors", file.tensors().keySet(), ACTIVATION + " and " + TOKEN);
            }
            TensorInfo activation = file.info(ACTIVATION);
            TensorInfo token = file.info(TOKEN);
            if (activation.dtype() != DType.F32 || activation.shape().size() != 2) {
                throw new FieldProblem(
                        ACTIVATION, activation.dtype() + " " + activation.shape(), "F32 [tokens, width]");
            }
            if (token.dtype() != DType.I32
                    || !token.shape().equals(List.of(activation.shape().getFirst()))) {
                throw new FieldProblem(
                        TOKEN,
                        token.dtype() + " " + token.shape(),
                        "I32 [" + activation.shape().getFirst() + "], one id a row");
            }
            return new IncidentSnapshot(
                    details(file.metadata(DETAILS)),
                    file.ints(TOKEN),
                    Math.toIntExact(activation.shape().get(1)),
                    file.floats(ACTIVATION));
        } catch (ArithmeticException e) {
            throw new FieldProblem(ACTIVATION, "its shape", "extents that fit");
        }
    }

    private static IncidentDetails details(String json) {
        try {
            return Json.read(json.getBytes(StandardCharsets.UTF_8), IncidentDetails.class);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem(DETAILS, null, "the details of an incident as JSON (" + e.getMessage() + ")");
        }
    }
}
