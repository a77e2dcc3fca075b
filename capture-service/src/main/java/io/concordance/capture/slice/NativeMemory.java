package io.concordance.capture.slice;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * A fixed number of blocks of native memory that are used again and again. Whoever needs one waits until one is free,
 * which is what holds the model back while the object store is slow. Thread-safe.
 *
 * <p>No more than {@code blocks * max(kept, largest block asked for)} bytes are in use at any time.
 */
final class NativeMemory implements AutoCloseable {
    private static final long ALIGNMENT = 64;
    private static final long GRAIN = 1L << 20;

    private final long kept;
    private final Semaphore free;
    private final Deque<Memory> idle = new ArrayDeque<>();
    private final LongAdder held = new LongAdder();
    private boolean closed;

    /**
     * @param blocks how many there are
     * @param kept bytes up to which a block's memory stays when it is given back
     */
    NativeMemory(int blocks, long kept) {
        this.kept = kept;
        this.free = new Semaphore(blocks);
    }

    private record Memory(Arena arena, MemorySegment bytes) {}

    /** A block in use; its content is undefined at first. */
    final class Block implements AutoCloseable {
        private final Memory memory;
        private final MemorySegment bytes;
        private boolean back;

        private Block(Memory memory, long size) {
            this.memory = memory;
            this.bytes = memory.bytes.asSlice(0, size);
        }

        MemorySegment bytes() {
            return bytes;
        }

        /** Gives it back; once is enough, more does no harm. */
        @Override
        public synchronized void close() {
            if (!back) {
                back = true;
                giveBack(memory);
            }
        }
    }

    /** A block of {@code size} bytes, waiting for one to be free. */
    Block take(long size) {
        free.acquireUninterruptibly();
        try {
            return new Block(memory(size), size);
        } catch (Throwable e) {
            free.release();
            throw e;
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // closed by close() or when given back
    private Memory memory(long size) {
        Memory memory;
        synchronized (idle) {
            memory = idle.poll();
        }
        if (memory != null && memory.bytes.byteSize() >= size) {
            return memory;
        }
        if (memory != null) {
            free(memory);
        }
        Arena arena = Arena.ofShared();
        long bytes = Math.ceilDiv(Math.max(size, 1), GRAIN) * GRAIN;
        held.add(bytes);
        return new Memory(arena, arena.allocate(bytes, ALIGNMENT));
    }

    private void giveBack(Memory memory) {
        synchronized (idle) {
            if (!closed && memory.bytes.byteSize() <= Math.ceilDiv(kept, GRAIN) * GRAIN + GRAIN) {
                idle.push(memory);
            } else {
                free(memory);
            }
        }
        free.release();
    }

    private void free(Memory memory) {
        memory.arena.close();
        held.add(-memory.bytes.byteSize());
    }

    /** Bytes held now, in use or kept. */
    long held() {
        return held.sum();
    }

    /** Frees what is not in use; the rest is freed when it is given back. */
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(this::free);
            idle.clear();
        }
    }
}
