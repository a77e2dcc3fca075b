package io.concordance.registry.page;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values that are costly to find out, kept for a while. One caller finds a value out anew; others meanwhile get the one
 * before, and wait only where there is none. Nothing is done while nobody asks.
 */
final class Kept<K, V> {
    private static final int MOST = 64;

    private final Function<V, Duration> age;
    private final Function<K, V> source;
    private final Map<K, Entry<V>> entries = new ConcurrentHashMap<>();

    /** @param age how old a value may be when nobody else is finding it out */
    Kept(Duration age, Function<K, V> source) {
        this(value -> age, source);
    }

    /** @param age the same, value by value */
    Kept(Function<V, Duration> age, Function<K, V> source) {
        this.age = age;
        this.source = source;
    }

    private static final class Entry<V> {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable Dated<V> last;
    }

    private record Dated<V>(V value, long nanos) {
        boolean isYounger(Duration age) {
            return System.nanoTime() - nanos < age.toNanos();
        }
    }

    V get(K key) {
        if (entries.size() >= MOST && !entries.containsKey(key)) {
            entries.clear();
        }
        Entry<V> entry = entries.computeIfAbsent(key, k -> new Entry<>());
        Dated<V> last = entry.last;
        if (last != null && last.isYounger(age.apply(last.value))) {
            return last.value;
        }
        if (last != null && !entry.lock.tryLock()) {
            return last.value;
        }
        if (last == null) {
            entry.lock.lock();
        }
        try {
            Dated<V> now = entry.last;
            if (now == null || !now.isYounger(age.apply(now.value))) {
                now = new Dated<>(Objects.requireNonNull(source.apply(key)), System.nanoTime());
                entry.last = now;
            }
            return now.value;
        } finally {
            entry.lock.unlock();
        }
    }

    /** Everything is found out anew when it is next asked for. */
    void forget() {
        entries.clear();
    }
}
