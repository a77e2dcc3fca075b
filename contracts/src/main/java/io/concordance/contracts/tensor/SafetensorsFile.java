package io.concordance.contracts.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file, memory-mapped. Opening checks everything that can be checked without reading the data: header
 * within 16 MiB and strict JSON without duplicate keys, known element types, sizes that match the shapes, no holes, no
 * overlaps and no trailing bytes. Whatever fails is a {@link FieldProblem} that names the tensor.
 *
 * <p>Readable from any thread until {@link #close}.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** Longest header that is accepted, in bytes. */
    public static final long MAX_HEADER = 16L << 20;

    private static final String METADATA = "__metadata__";
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ObjectMapper HEADER_JSON = new ObjectMapper(JsonFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxStringLength((int) MAX_HEADER)
                    .build())
            .build());

    private final Arena arena;
    private final MemorySegment data;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(
            Arena arena, MemorySegment data, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
        this.arena = arena;
        this.data = data;
        this.tensors = tensors;
        this.metadata = metadata;
    }

    /** Opens and checks a file. */
    @SuppressWarnings("MustBeClosedChecker") // owned by the returned object
    public static SafetensorsFile open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return parse(arena, all);
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Reads a file that is in memory already; the array must not change afterwards. */
    @SuppressWarnings("MustBeClosedChecker") // owned by the returned object
    public static SafetensorsFile of(byte[] bytes) {
        return parse(Arena.ofShared(), MemorySegment.ofArray(bytes));
    }

    /** Reads a file that is in memory already; the memory must stay and not change until {@link #close}. */
    @SuppressWarnings("MustBeClosedChecker") // owned by the returned object
    public static SafetensorsFile of(MemorySegment bytes) {
        return parse(Arena.ofShared(), bytes.asReadOnly());
    }

    private static SafetensorsFile parse(Arena arena, MemorySegment all) {
        if (all.byteSize() < Long.BYTES) {
            throw new FieldProblem("header", all.byteSize() + " bytes", "a safetensors file of at least 8 bytes");
        }
        long headerSize = all.get(LONG, 0);
        if (headerSize < 2 || headerSize > MAX_HEADER || headerSize > all.byteSize() - Long.BYTES) {
            throw new FieldProblem("header", headerSize, "a header size that fits the file and 16 MiB");
        }
        JsonNode header;
        try (JsonParser parser =
                HEADER_JSON.createParser(all.asSlice(Long.BYTES, headerSize).toArray(JAVA_BYTE))) {
            header = HEADER_JSON.readTree(parser);
        } catch (IOException e) {
            throw new FieldProblem("header", null, "strict JSON (" + e.getMessage() + ")");
        }
        if (header == null || !header.isObject()) {
            throw new FieldProblem("header", null, "a JSON object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        header.properties().forEach(entry -> {
            if (entry.getKey().equals(METADATA)) {
                entry.getValue().properties().forEach(m -> {
                    if (!m.getValue().isTextual()) {
                        throw new FieldProblem(METADATA + "." + m.getKey(), m.getValue(), "a string");
                    }
                    metadata.put(m.getKey(), m.getValue().textValue());
                });
            } else {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
            }
        });
        MemorySegment data = all.asSlice(Long.BYTES + headerSize);
        checkTiling(tensors, data.byteSize());
        return new SafetensorsFile(
                arena, data, Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(metadata));
    }

    private static TensorInfo tensor(String name, JsonNode node) {
        DType dtype;
        try {
            dtype = DType.valueOf(node.path("dtype").asText());
        } catch (IllegalArgumentException e) {
            throw new FieldProblem(name + ".dtype", node.path("dtype"), "one of " + List.of(DType.values()));
        }
        List<Long> shape = longs(name + ".shape", node.path("shape"));
        List<Long> offsets = longs(name + ".data_offsets", node.path("data_offsets"));
        if (offsets.size() != 2) {
            throw new FieldProblem(name + ".data_offsets", node.path("data_offsets"), "two offsets");
        }
        long size = dtype.bytes();
        try {
            for (long extent : shape) {
                size = Math.multiplyExact(size, extent);
            }
        } catch (ArithmeticException e) {
            throw new FieldProblem(name + ".shape", node.path("shape"), "a shape whose size fits in 63 bits");
        }
        if (offsets.get(1) - offsets.get(0) != size) {
            throw new FieldProblem(
                    name + ".data_offsets", node.path("data_offsets"), "a range of " + size + " bytes for the shape");
        }
        return new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> longs(String field, JsonNode node) {
        if (!node.isArray()) {
            throw new FieldProblem(field, node, "an array of non-negative integers");
        }
        List<Long> values = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
                throw new FieldProblem(field, node, "an array of non-negative integers");
            }
            values.add(element.longValue());
        }
        return List.copyOf(values);
    }

    private static void checkTiling(Map<String, TensorInfo> tensors, long dataSize) {
        long at = 0;
        List<TensorInfo> ordered = new ArrayList<>(tensors.values());
        ordered.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        for (TensorInfo tensor : ordered) {
            if (tensor.begin() != at) {
                throw new FieldProblem(
                        tensor.name() + ".data_offsets", tensor.begin(), "data without holes or overlaps, from " + at);
            }
            at = tensor.end();
        }
        if (at != dataSize) {
            throw new FieldProblem("data", dataSize + " bytes", at + " bytes, as the header says");
        }
    }

    /** Tensors by name, in header order. */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** A metadata value that must be there. */
    public String metadata(String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new FieldProblem(METADATA + "." + key, null, "a value");
        }
        return value;
    }

    /** The tensor of this name. */
    public TensorInfo info(String name) {
        TensorInfo tensor = tensors.get(name);
        if (tensor == null) {
            throw new FieldProblem(name, null, "a tensor of this name; there are " + tensors.keySet());
        }
        return tensor;
    }

    /** The raw bytes of a tensor, valid until {@link #close}. */
    public MemorySegment data(String name) {
        TensorInfo tensor = info(name);
        return data.asSlice(tensor.begin(), tensor.end() - tensor.begin());
    }

    /** All elements of a floating-point tensor as floats. */
    public float[] floats(String name) {
        TensorInfo tensor = info(name);
        float[] target = new float[Math.toIntExact(tensor.elements())];
        floats(name, 0, target, 0, target.length);
        return target;
    }

    /** Copies {@code count} elements from element {@code from} of an F32, F16 or BF16 tensor, widened to float. */
    public void floats(String name, long from, float[] target, int offset, int count) {
        TensorInfo tensor = info(name);
        MemorySegment source = data(name);
        switch (tensor.dtype()) {
            case F32 -> MemorySegment.copy(source, FLOAT, from * Float.BYTES, target, offset, count);
            case F16 -> {
                short[] halves = new short[count];
                MemorySegment.copy(source, SHORT, from * Short.BYTES, halves, 0, count);
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.float16ToFloat(halves[i]);
                }
            }
            case BF16 -> {
                short[] halves = new short[count];
                MemorySegment.copy(source, SHORT, from * Short.BYTES, halves, 0, count);
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.intBitsToFloat(halves[i] << 16);
                }
            }
            default -> throw new FieldProblem(name + ".dtype", tensor.dtype(), "F32, F16 or BF16");
        }
    }

    /** All elements of an I32 tensor. */
    public int[] ints(String name) {
        TensorInfo tensor = info(name);
        if (tensor.dtype() != DType.I32) {
            throw new FieldProblem(name + ".dtype", tensor.dtype(), "I32");
        }
        int[] target = new int[Math.toIntExact(tensor.elements())];
        MemorySegment.copy(data(name), INT, 0, target, 0, target.length);
        return target;
    }

    /** All elements of an I64 tensor. */
    public long[] longs(String name) {
        TensorInfo tensor = info(name);
        if (tensor.dtype() != DType.I64) {
            throw new FieldProblem(name + ".dtype", tensor.dtype(), "I64");
        }
        long[] target = new long[Math.toIntExact(tensor.elements())];
        MemorySegment.copy(data(name), LONG, 0, target, 0, target.length);
        return target;
    }

    /** All elements of a U8, I8 or BOOL tensor. */
    public byte[] bytes(String name) {
        TensorInfo tensor = info(name);
        if (tensor.dtype().bytes() != 1) {
            throw new FieldProblem(name + ".dtype", tensor.dtype(), "U8, I8 or BOOL");
        }
        return data(name).toArray(JAVA_BYTE);
    }

    @Override
    public void close() {
        arena.close();
    }
}
