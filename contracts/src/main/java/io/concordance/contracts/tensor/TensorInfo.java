package io.concordance.contracts.tensor;

import java.util.List;

/**
 * Where a tensor lies in a file.
 *
 * @param shape extent of each dimension, row-major
 * @param begin offset of its first byte from the start of the data section
 * @param end offset just past its last byte
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {

    public long elements() {
        long n = 1;
        for (long extent : shape) {
            n *= extent;
        }
        return n;
    }
}
