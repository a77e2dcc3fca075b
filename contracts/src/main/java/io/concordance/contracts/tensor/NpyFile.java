package io.concordance.contracts.tensor;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** NumPy's {@code .npy} files, versions 1.0 and 2.0 of the format, little-endian and in C order. */
public final class NpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int PREFIX = 10;
    private static final int ALIGNMENT = 64;
    private static final int MAX_HEADER = 1 << 16;
    private static final Pattern HEADER = Pattern.compile("\\{\\s*'descr'\\s*:\\s*'([^']{1,8})'\\s*,"
            + "\\s*'fortran_order'\\s*:\\s*(True|False)\\s*,\\s*'shape'\\s*:\\s*\\(([0-9, ]*)\\)\\s*,?\\s*\\}\\s*");

    private NpyFile() {}

    /**
     * An array.
     *
     * @param data its elements, little-endian and row-major
     */
    public record Array(DType dtype, List<Long> shape, MemorySegment data) {
        public Array {
            shape = List.copyOf(shape);
        }
    }

    /** NumPy's name of an element type, null for BF16, which it does not have. */
    private static @Nullable String descriptor(DType dtype) {
        return switch (dtype) {
            case F64 -> "<f8";
            case F32 -> "<f4";
            case F16 -> "<f2";
            case I64 -> "<i8";
            case I32 -> "<i4";
            case I16 -> "<i2";
            case I8 -> "|i1";
            case U8 -> "|u1";
            case BOOL -> "|b1";
            case BF16 -> null;
        };
    }

    private static DType named(String descriptor) {
        for (DType dtype : DType.values()) {
            if (descriptor.equals(descriptor(dtype))) {
                return dtype;
            }
        }
        throw new FieldProblem("descr", descriptor, "a little-endian number type of at most 8 bytes");
    }

    /**
     * Writes an array.
     *
     * @throws FieldProblem for BF16
     */
    public static void write(Path file, Array array) {
        String descriptor = descriptor(array.dtype());
        if (descriptor == null) {
            throw new FieldProblem("dtype", array.dtype(), "a type that NumPy has");
        }
        String shape = array.shape().stream().map(String::valueOf).collect(Collectors.joining(", "));
        String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
                .formatted(descriptor, shape, array.shape().size() == 1 ? "," : "");
        int length = (PREFIX + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - PREFIX;
        byte[] header = new byte[PREFIX + length];
        System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
        header[6] = 1;
        header[8] = (byte) length;
        header[9] = (byte) (length >> 8);
        byte[] padded = (text + " ".repeat(length - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(padded, 0, header, PREFIX, length);
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                Arena arena = Arena.ofConfined()) {
            channel.write(ByteBuffer.wrap(header));
            if (array.data().byteSize() > 0) {
                channel.map(
                                FileChannel.MapMode.READ_WRITE,
                                header.length,
                                array.data().byteSize(),
                                arena)
                        .copyFrom(array.data());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads an array; its data is the mapped file, which must not change.
     *
     * @throws FieldProblem when the file is none, or in Fortran order or big-endian
     */
    public static Array read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return parse(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Array parse(MemorySegment all) {
        if (all.byteSize() < PREFIX + 2 || all.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            throw new FieldProblem("header", null, "a NumPy array file");
        }
        int version = all.get(ValueLayout.JAVA_BYTE, 6);
        if (version != 1 && version != 2) {
            throw new FieldProblem("version", version, "1 or 2");
        }
        long length = Byte.toUnsignedInt(all.get(ValueLayout.JAVA_BYTE, 8))
                + 256L * Byte.toUnsignedInt(all.get(ValueLayout.JAVA_BYTE, 9));
        long start = PREFIX;
        if (version == 2) {
            length += (long) Byte.toUnsignedInt(all.get(ValueLayout.JAVA_BYTE, 10)) << 16;
            length += (long) Byte.toUnsignedInt(all.get(ValueLayout.JAVA_BYTE, 11)) << 24;
            start += 2;
        }
        if (length > MAX_HEADER || start + length > all.byteSize()) {
            throw new FieldProblem("header", length, "a header length that fits the file and " + MAX_HEADER);
        }
        String text = new String(all.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
        Matcher header = HEADER.matcher(text);
        if (!header.matches()) {
            throw new FieldProblem("header", text, "descr, fortran_order and shape");
        }
        if (header.group(2).equals("True")) {
            throw new FieldProblem("fortran_order", "True", "False");
        }
        DType dtype = named(header.group(1));
        List<Long> shape = shape(header.group(3));
        MemorySegment data = all.asSlice(start + length);
        long bytes = dtype.bytes();
        try {
            for (long extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
        } catch (ArithmeticException e) {
            throw new FieldProblem("shape", shape, "a shape whose size fits in 63 bits");
        }
        if (bytes != data.byteSize()) {
            throw new FieldProblem("shape", shape, data.byteSize() + " bytes, as the file has");
        }
        return new Array(dtype, shape, data);
    }

    private static List<Long> shape(String text) {
        List<Long> shape = new ArrayList<>();
        for (String extent : text.split(",", -1)) {
            if (!extent.isBlank()) {
                try {
                    shape.add(Long.parseLong(extent.strip()));
                } catch (NumberFormatException e) {
                    throw new FieldProblem("shape", text, "numbers between commas");
                }
            }
        }
        return shape;
    }
}
