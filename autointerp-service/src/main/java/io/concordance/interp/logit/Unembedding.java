package io.concordance.interp.logit;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A model's unembedding W {@code [width, vocabulary]}: a direction v of the residual stream changes the logits by v W where
 * the stream has unit spread. The file stays open and is read in parts.
 */
public final class Unembedding implements Products.Columns, AutoCloseable {
    private static final String TENSOR = "unembedding";
    private static final Pattern ON_STREAM =
            Pattern.compile("hook_embed|blocks\\.\\d+\\.hook_(resid_pre|resid_mid|resid_post|attn_out|mlp_out)");

    private final SafetensorsFile file;
    private final int width;
    private final int vocabulary;

    private Unembedding(SafetensorsFile file, int width, int vocabulary) {
        this.file = file;
        this.width = width;
        this.vocabulary = vocabulary;
    }

    /** Whether what is captured at a hook point is written into the residual stream, or is the stream. */
    public static boolean reads(String hook) {
        return ON_STREAM.matcher(hook).matches();
    }

    /** @throws FieldProblem when the file holds no such matrix */
    public static Unembedding open(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            TensorInfo info = file.info(TENSOR);
            List<Long> shape = info.shape();
            if (info.dtype() != DType.F32 || shape.size() != 2 || shape.get(0) < 1 || shape.get(1) < 2) {
                throw new FieldProblem(TENSOR, info, "F32 [width, vocabulary]");
            }
            return new Unembedding(file, Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public int width() {
        return width;
    }

    /** The vocabulary. */
    @Override
    public int count() {
        return vocabulary;
    }

    @Override
    public void read(int from, int columns, float[] target) {
        for (int i = 0; i < width; i++) {
            file.floats(TENSOR, (long) i * vocabulary + from, target, i * columns, columns);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
