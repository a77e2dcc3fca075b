package io.concordance.bench.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files of little-endian floats and nothing else. */
final class Floats {
    private Floats() {}

    static Path write(Path file, float[]... arrays) throws IOException {
        try (SeekableByteChannel out = Files.newByteChannel(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (float[] array : arrays) {
                ByteBuffer bytes = buffer(array.length);
                bytes.asFloatBuffer().put(array);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        }
        return file;
    }

    /** The whole file in arrays of {@code length} each. */
    static float[][] read(Path file, int length) throws IOException {
        try (SeekableByteChannel in = Files.newByteChannel(file)) {
            long size = (long) length * Float.BYTES;
            if (in.size() % size != 0) {
                throw new IOException(file + " has " + in.size() + " bytes, not a multiple of " + size);
            }
            float[][] arrays = new float[Math.toIntExact(in.size() / size)][length];
            ByteBuffer bytes = buffer(length);
            for (float[] array : arrays) {
                bytes.clear();
                while (bytes.hasRemaining()) {
                    if (in.read(bytes) < 0) {
                        throw new IOException(file + " ends early");
                    }
                }
                bytes.flip().asFloatBuffer().get(array);
            }
            return arrays;
        }
    }

    private static ByteBuffer buffer(int floats) {
        return ByteBuffer.allocate(floats * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
