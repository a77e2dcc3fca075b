package io.concordance.trainer.capture;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.trainer.stream.BadShard;
import io.concordance.trainer.stream.BadShard.Reason;
import io.concordance.trainer.stream.ShardSource.Written;

/** Whether a file is the shard that was announced, and fit to learn from. */
final class ShardCheck {
    private static final int VALUES_AT_ONCE = 1 << 16;

    private final String hook;
    private final int width;

    ShardCheck(String hook, int width) {
        this.hook = hook;
        this.width = width;
    }

    /**
     * @throws FieldProblem naming what differs
     */
    void announced(Written.Part part, Shard file) {
        if (!file.header().role().equals(CapturedJob.LEARNING)) {
            throw new FieldProblem("role", file.header().role(), CapturedJob.LEARNING);
        }
        if (!file.header().hook().equals(hook)) {
            throw new FieldProblem("hook", file.header().hook(), hook);
        }
        if (file.rows() != part.rows() || file.width() != width) {
            throw new FieldProblem(
                    "shape", file.rows() + " x " + file.width(), part.rows() + " x " + width + ", as announced");
        }
    }

    /**
     * Looks at every value once.
     *
     * @throws FieldProblem when a row is of no document
     * @throws BadShard when an activation is not finite
     */
    void values(Written.Part part, Shard file) {
        int[] documents = file.documents();
        for (int r = 0; r < documents.length; r++) {
            if (documents[r] < 0 || documents[r] >= file.documentIds().size()) {
                throw new FieldProblem(
                        "document[" + r + "]",
                        documents[r],
                        "0 to " + (file.documentIds().size() - 1));
            }
        }
        int together = Math.clamp(VALUES_AT_ONCE / width, 1, Math.max(1, file.rows()));
        float[] values = new float[together * width];
        for (int from = 0; from < file.rows(); from += together) {
            int rows = Math.min(together, file.rows() - from);
            file.activations(from, rows, values, 0);
            for (int i = 0; i < rows * width; i++) {
                if (!Float.isFinite(values[i])) {
                    throw new BadShard(
                            part.object(), Reason.NOT_FINITE, "row " + (from + i / width) + " holds " + values[i]);
                }
            }
        }
    }
}
