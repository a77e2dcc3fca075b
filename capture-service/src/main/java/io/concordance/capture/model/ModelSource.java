package io.concordance.capture.model;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Path;

/** Where the files of a model come from, by their paths relative to the model. */
interface ModelSource {

    /** Field of the request that a file missing or too large is the fault of. */
    String field(String file);

    /**
     * Copies a file.
     *
     * @param file relative path without climbs
     * @return false when there is no such file
     * @throws FieldProblem when it has more than {@code maxBytes} bytes or may not be read
     */
    boolean copy(String file, Path target, long maxBytes) throws IOException;

    /** Whether a file that came unasked is an error: called with the paths the model is made of. */
    default void requireNothingElse(java.util.Set<String> files) {}
}
