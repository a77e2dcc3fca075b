package io.concordance.capture.model.graph;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Protobuf's wire form, read field by field without making objects. */
final class Wire {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final MemorySegment file;

    Wire(MemorySegment file) {
        this.file = file;
    }

    /** Receives a field. */
    interface Visitor {
        /**
         * @param type wire type
         * @param start offset of the field
         * @param body offset of its content, behind tag and length
         * @param end offset just past it
         */
        void field(int number, int type, long start, long body, long end);
    }

    /**
     * Visits the fields of the message between two offsets.
     *
     * @throws IndexOutOfBoundsException when they do not end where the message ends, or have an unknown form
     */
    void fields(long from, long to, Visitor visitor) {
        long at = from;
        while (at < to) {
            long start = at;
            long tag = varint(at);
            at += varintBytes(at);
            int type = (int) (tag & 7);
            long length = switch (type) {
                case VARINT -> varintBytes(at);
                case FIXED64 -> Long.BYTES;
                case FIXED32 -> Integer.BYTES;
                case LENGTH_DELIMITED -> varint(at);
                default -> throw new IndexOutOfBoundsException("a field has the unknown form " + type);
            };
            at += type == LENGTH_DELIMITED ? varintBytes(at) : 0;
            if (length < 0 || length > to - at) {
                throw new IndexOutOfBoundsException("a field ends past its message");
            }
            visitor.field((int) (tag >>> 3), type, start, at, at + length);
            at += length;
        }
    }

    /** Copies a part of the file. */
    void copy(long from, long to, ByteArrayOutputStream out) {
        out.writeBytes(file.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE));
    }

    static void write(int field, byte[] body, ByteArrayOutputStream out) {
        writeVarint((long) field << 3 | LENGTH_DELIMITED, out);
        writeVarint(body.length, out);
        out.writeBytes(body);
    }

    private static void writeVarint(long value, ByteArrayOutputStream out) {
        long left = value;
        while (left > 0x7F) {
            out.write((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    private long varint(long at) {
        long value = 0;
        int bytes = varintBytes(at);
        for (int i = 0; i < bytes; i++) {
            value |= (long) (file.get(ValueLayout.JAVA_BYTE, at + i) & 0x7F) << 7 * i;
        }
        return value;
    }

    private int varintBytes(long at) {
        for (int i = 0; i < 10; i++) {
            if (file.get(ValueLayout.JAVA_BYTE, at + i) >= 0) {
                return i + 1;
            }
        }
        throw new IndexOutOfBoundsException("a number has no end");
    }
}
