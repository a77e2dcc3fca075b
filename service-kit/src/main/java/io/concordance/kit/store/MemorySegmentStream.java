package io.concordance.kit.store;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** Reads memory as a stream, without copying it whole. */
final class MemorySegmentStream extends InputStream {
    private final MemorySegment data;
    private long at;

    MemorySegmentStream(MemorySegment data) {
        this.data = data;
    }

    @Override
    public int read() {
        return at == data.byteSize() ? -1 : data.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        int n = (int) Math.min(length, data.byteSize() - at);
        if (n == 0) {
            return -1;
        }
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, target, offset, n);
        at += n;
        return n;
    }
}
