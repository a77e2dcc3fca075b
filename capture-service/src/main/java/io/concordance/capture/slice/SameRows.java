package io.concordance.capture.slice;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.ShardLayout;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;

/** Tells rows of the same tokens from others. */
final class SameRows {
    private SameRows() {}

    /** Whether two shards hold the same header, documents, tokens and positions, and differ in activations at most. */
    static boolean of(MemorySegment a, MemorySegment b) {
        try (SafetensorsFile first = SafetensorsFile.of(a);
                SafetensorsFile second = SafetensorsFile.of(b)) {
            return first.metadata().equals(second.metadata())
                    && first.tensors().equals(second.tensors())
                    && Stream.of(ShardLayout.TOKEN, ShardLayout.DOCUMENT, ShardLayout.POSITION)
                            .allMatch(column -> Arrays.equals(first.ints(column), second.ints(column)))
                    && Stream.of(ShardLayout.SPAN, ShardLayout.OUTCOME)
                            .allMatch(column -> Arrays.equals(first.bytes(column), second.bytes(column)));
        } catch (FieldProblem e) {
            return false;
        }
    }
}
