package io.concordance.contracts.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds a safetensors file. The bytes are a function of what was added and of the order it was added in: metadata keys
 * are sorted, tensors lie in insertion order, the header is padded with spaces to a multiple of 8.
 *
 * <p>Arrays are kept by reference until the file is written.
 */
public final class SafetensorsWriter {
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** {@code data} is null while the caller has yet to write it. */
    private record Entry(
            DType dtype, long[] shape, long bytes, @Nullable Supplier<MemorySegment> data) {
        Supplier<MemorySegment> written() {
            if (data == null) {
                throw new IllegalStateException("a reserved tensor can only be written in place");
            }
            return data;
        }

        MemorySegment fetched(Supplier<MemorySegment> from) {
            MemorySegment segment = from.get();
            if (segment.byteSize() != bytes) {
                throw new IllegalStateException(segment.byteSize() + " bytes for a tensor of " + bytes);
            }
            return segment;
        }
    }

    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Adds a tensor from its little-endian bytes. */
    public SafetensorsWriter tensor(String name, DType dtype, long[] shape, MemorySegment data) {
        long bytes = bytes(dtype, shape);
        if (bytes != data.byteSize()) {
            throw new IllegalArgumentException(name + ": shape " + Arrays.toString(shape) + " of " + dtype + " needs "
                    + bytes + " bytes, got " + data.byteSize());
        }
        return add(name, new Entry(dtype, shape.clone(), bytes, () -> data));
    }

    /** Adds a tensor whose bytes the caller writes itself, at {@link #offset} of the memory given to {@link #writeInto}. */
    public SafetensorsWriter reserved(String name, DType dtype, long[] shape) {
        return add(name, new Entry(dtype, shape.clone(), bytes(dtype, shape), null));
    }

    private SafetensorsWriter add(String name, Entry entry) {
        if (entries.putIfAbsent(name, entry) != null) {
            throw new IllegalArgumentException("tensor added twice: " + name);
        }
        return this;
    }

    private static long bytes(DType dtype, long[] shape) {
        return Math.multiplyExact(Arrays.stream(shape).reduce(1, Math::multiplyExact), (long) dtype.bytes());
    }

    public SafetensorsWriter floats(String name, long[] shape, float[] values) {
        return tensor(name, DType.F32, shape, MemorySegment.ofArray(values));
    }

    /** Adds a tensor that is asked for when it is written, so that not all need be in memory at once. */
    public SafetensorsWriter floats(String name, long[] shape, Supplier<float[]> values) {
        return add(
                name,
                new Entry(
                        DType.F32, shape.clone(), bytes(DType.F32, shape), () -> MemorySegment.ofArray(values.get())));
    }

    /** Adds an F16 tensor from half-precision bits. */
    public SafetensorsWriter halves(String name, long[] shape, short[] bits) {
        return tensor(name, DType.F16, shape, MemorySegment.ofArray(bits));
    }

    public SafetensorsWriter ints(String name, long[] shape, int[] values) {
        return tensor(name, DType.I32, shape, MemorySegment.ofArray(values));
    }

    public SafetensorsWriter longs(String name, long[] shape, long[] values) {
        return tensor(name, DType.I64, shape, MemorySegment.ofArray(values));
    }

    /** Adds a U8 tensor. */
    public SafetensorsWriter bytes(String name, long[] shape, byte[] values) {
        return tensor(name, DType.U8, shape, MemorySegment.ofArray(values));
    }

    /** The whole file in memory; fails above 2 GiB. */
    public byte[] toBytes() {
        entries.values().forEach(Entry::written);
        byte[] header = header();
        byte[] file = new byte[Math.toIntExact(header.length + dataBytes())];
        fill(MemorySegment.ofArray(file), header);
        return file;
    }

    /** Size of the file. */
    public long size() {
        return header().length + dataBytes();
    }

    /** Offset of a tensor's first byte from the start of the file. */
    public long offset(String name) {
        long at = header().length;
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            if (entry.getKey().equals(name)) {
                return at;
            }
            at += entry.getValue().bytes();
        }
        throw new IllegalArgumentException("no tensor " + name);
    }

    /**
     * Writes everything but reserved tensors to its place.
     *
     * @param file memory of exactly {@link #size} bytes
     */
    public void writeInto(MemorySegment file) {
        byte[] header = header();
        if (file.byteSize() != header.length + dataBytes()) {
            throw new IllegalArgumentException(
                    "the file has " + (header.length + dataBytes()) + " bytes, the memory " + file.byteSize());
        }
        fill(file, header);
    }

    private long dataBytes() {
        return entries.values().stream().mapToLong(Entry::bytes).sum();
    }

    private void fill(MemorySegment file, byte[] header) {
        MemorySegment.copy(header, 0, file, ValueLayout.JAVA_BYTE, 0, header.length);
        long at = header.length;
        for (Entry entry : entries.values()) {
            if (entry.data() != null) {
                MemorySegment.copy(entry.fetched(entry.data()), 0, file, at, entry.bytes());
            }
            at += entry.bytes();
        }
    }

    /** Writes the file beside its final place, forces it to disk and moves it there in one step. */
    public void write(Path file) {
        entries.values().forEach(Entry::written);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(channel, ByteBuffer.wrap(header()));
            for (Entry entry : entries.values()) {
                MemorySegment data = entry.fetched(entry.written());
                // Heap segments of other than byte[] have no ByteBuffer view; copy through bounded chunks.
                long size = data.byteSize();
                byte[] chunk = new byte[(int) Math.min(size, 1 << 20)];
                for (long at = 0; at < size; at += chunk.length) {
                    int n = (int) Math.min(chunk.length, size - at);
                    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
                    writeFully(channel, ByteBuffer.wrap(chunk, 0, n));
                }
            }
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private byte[] header() {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> m : metadata.entrySet()) {
                    out.writeStringField(m.getKey(), m.getValue());
                }
                out.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Entry> tensor : entries.entrySet()) {
                Entry entry = tensor.getValue();
                long end = at + entry.bytes();
                out.writeObjectFieldStart(tensor.getKey());
                out.writeStringField("dtype", entry.dtype().name());
                writeLongs(out, "shape", entry.shape());
                writeLongs(out, "data_offsets", at, end);
                out.writeEndObject();
                at = end;
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int padded = (json.size() + 7) / 8 * 8;
        if (padded > SafetensorsFile.MAX_HEADER) {
            throw new IllegalArgumentException("header of " + padded + " bytes is longer than any reader accepts");
        }
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json.toByteArray());
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static void writeLongs(JsonGenerator out, String field, long... values) throws IOException {
        out.writeArrayFieldStart(field);
        for (long value : values) {
            out.writeNumber(value);
        }
        out.writeEndArray();
    }

    /** Names added so far, in order. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }
}
