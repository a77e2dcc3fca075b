package io.concordance.interp.evidence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@link DocumentMaxima} of all features. Memory holds a fixed number of entries, however many documents there are; the
 * others lie in a file without a name, which is gone with the process. Thread-safe.
 */
final class MaximaSpool {
    /** Entries in memory, 16 bytes each. */
    static final int ROOM = 1 << 18;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ENTRY = 12;

    private final int features;
    private final Path folder;
    private final int room;
    private final Buffer buffer = new Buffer();
    private final List<Run> runs = new ArrayList<>();
    private @Nullable FileChannel file;

    /**
     * @param folder where the file may lie
     * @param room entries in memory
     */
    MaximaSpool(int features, Path folder, int room) {
        this.features = features;
        this.folder = folder;
        this.room = room;
    }

    /** Entries of the file, by feature: {@code [features + 1]} starts, then entries of document, whole and prompt maximum. */
    private record Run(MemorySegment bytes, int features) {
        int start(int feature) {
            return bytes.get(INT, 4L * feature);
        }

        long at(int entry) {
            return 4L * (features + 1) + (long) ENTRY * entry;
        }
    }

    /** Entries in memory, in order of arrival until they are asked for. */
    private final class Buffer {
        private int[] feature = new int[64];
        private int[] document = new int[64];
        private float[] whole = new float[64];
        private float[] prompt = new float[64];
        private int size;
        private int @Nullable [] start;

        void add(int j, int d, float wholeMaximum, float promptMaximum) {
            if (size == feature.length) {
                int capacity = Math.min(room, 2 * size);
                feature = java.util.Arrays.copyOf(feature, capacity);
                document = java.util.Arrays.copyOf(document, capacity);
                whole = java.util.Arrays.copyOf(whole, capacity);
                prompt = java.util.Arrays.copyOf(prompt, capacity);
            }
            feature[size] = j;
            document[size] = d;
            whole[size] = wholeMaximum;
            prompt[size] = promptMaximum;
            size++;
            start = null;
        }

        /** Sorts by feature, keeping the order within one; where each feature starts. */
        int[] sorted() {
            if (start != null) {
                return start;
            }
            int[] starts = new int[features + 1];
            for (int i = 0; i < size; i++) {
                starts[feature[i] + 1]++;
            }
            for (int j = 0; j < features; j++) {
                starts[j + 1] += starts[j];
            }
            int[] next = starts.clone();
            int[] sortedFeature = new int[feature.length];
            int[] sortedDocument = new int[feature.length];
            float[] sortedWhole = new float[feature.length];
            float[] sortedPrompt = new float[feature.length];
            for (int i = 0; i < size; i++) {
                int to = next[feature[i]]++;
                sortedFeature[to] = feature[i];
                sortedDocument[to] = document[i];
                sortedWhole[to] = whole[i];
                sortedPrompt[to] = prompt[i];
            }
            feature = sortedFeature;
            document = sortedDocument;
            whole = sortedWhole;
            prompt = sortedPrompt;
            start = starts;
            return starts;
        }
    }

    /** Adds one document's maxima behind those that the feature has. */
    synchronized void add(int feature, int document, float whole, float prompt) {
        if (buffer.size == room) {
            spill();
        }
        buffer.add(feature, document, whole, prompt);
    }

    /** One feature's maxima, in the order they were added. */
    synchronized DocumentMaxima of(int feature) {
        DocumentMaxima maxima = new DocumentMaxima();
        for (Run run : runs) {
            int to = run.start(feature + 1);
            for (int e = run.start(feature); e < to; e++) {
                long at = run.at(e);
                int document = run.bytes.get(INT, at);
                if (document >= 0) {
                    maxima.add(document, run.bytes.get(FLOAT, at + 4), run.bytes.get(FLOAT, at + 8));
                }
            }
        }
        int[] start = buffer.sorted();
        for (int i = start[feature]; i < start[feature + 1]; i++) {
            maxima.add(buffer.document[i], buffer.whole[i], buffer.prompt[i]);
        }
        return maxima;
    }

    /** Keeps documents that have a new index, at least 0, under it. */
    synchronized void renumber(int[] newIndex) {
        for (Run run : runs) {
            int entries = run.start(features);
            for (int e = 0; e < entries; e++) {
                int document = run.bytes.get(INT, run.at(e));
                if (document >= 0) {
                    run.bytes.set(INT, run.at(e), newIndex[document]);
                }
            }
        }
        int kept = 0;
        for (int i = 0; i < buffer.size; i++) {
            int document = newIndex[buffer.document[i]];
            if (document >= 0) {
                buffer.feature[kept] = buffer.feature[i];
                buffer.document[kept] = document;
                buffer.whole[kept] = buffer.whole[i];
                buffer.prompt[kept] = buffer.prompt[i];
                kept++;
            }
        }
        buffer.size = kept;
        buffer.start = null;
    }

    /** Written before it is mapped, so that a full disk is an exception. */
    private void spill() {
        int[] start = buffer.sorted();
        ByteBuffer bytes = ByteBuffer.allocate(
                        Math.addExact(4 * (features + 1), Math.multiplyExact(ENTRY, buffer.size)))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(start);
        bytes.position(4 * (features + 1));
        for (int i = 0; i < buffer.size; i++) {
            bytes.putInt(buffer.document[i]).putFloat(buffer.whole[i]).putFloat(buffer.prompt[i]);
        }
        bytes.flip();
        try {
            FileChannel channel = file();
            long at = channel.size();
            for (long to = at; bytes.hasRemaining(); ) {
                to += channel.write(bytes, to);
            }
            runs.add(new Run(channel.map(MapMode.READ_WRITE, at, bytes.limit(), Arena.ofAuto()), features));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        buffer.size = 0;
        buffer.start = null;
    }

    private FileChannel file() throws IOException {
        FileChannel open = file;
        if (open == null) {
            Files.createDirectories(folder);
            open = FileChannel.open(
                    Files.createTempFile(folder, "maxima-", ".bin"),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
            file = open;
        }
        return open;
    }
}
