package io.concordance.interp.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The first {@code limit} of what was offered, in the given order. What is kept does not depend on the order of offers, but
 * for which of equal ones.
 */
final class Kept<T> {
    private static final int FIRST = 8;

    private final Comparator<? super T> order;
    private final ToLongFunction<? super T> key;
    private final int limit;
    private List<T> items = new ArrayList<>();
    /** Of the items, so that most are compared without being looked at. */
    private long[] keys = new long[0];

    /** @param key ascends with the order; only what is equal in it is compared by the order */
    Kept(Comparator<? super T> order, ToLongFunction<? super T> key, int limit) {
        this.order = order;
        this.key = key;
        this.limit = limit;
    }

    /** Whether an item of this key could enter. */
    boolean wants(long itemKey) {
        return itemKey <= bar();
    }

    /** The largest key that could enter. */
    long bar() {
        if (items.size() < limit) {
            return Long.MAX_VALUE;
        }
        return limit == 0 ? Long.MIN_VALUE : keys[limit - 1];
    }

    /** Offers one item; of equal ones those that came first stand first. */
    void offer(T item) {
        long itemKey = key.applyAsLong(item);
        int size = items.size();
        boolean full = size == limit;
        if (full && (limit == 0 || compare(item, itemKey, size - 1) >= 0)) {
            return;
        }
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(item, itemKey, middle) < 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (full) {
            items.removeLast();
            size--;
        } else if (size == keys.length) {
            keys = Arrays.copyOf(keys, Math.min(limit, Math.max(FIRST, 2 * size)));
        }
        System.arraycopy(keys, low, keys, low + 1, size - low);
        keys[low] = itemKey;
        items.add(low, item);
    }

    private int compare(T item, long itemKey, int at) {
        return itemKey != keys[at] ? Long.compare(itemKey, keys[at]) : order.compare(item, items.get(at));
    }

    /**
     * Offers many, as if one after the other.
     *
     * @param ordered in the order of this
     */
    void offerAll(List<? extends T> ordered) {
        offerAll(ordered, ordered.stream().mapToLong(key).toArray());
    }

    /** @param other of the same order */
    void offerAll(Kept<? extends T> other) {
        offerAll(other.items, other.keys);
    }

    private void offerAll(List<? extends T> ordered, long[] orderedKeys) {
        if (ordered.isEmpty() || !wants(orderedKeys[0])) {
            return;
        }
        int count = Math.min(limit, items.size() + ordered.size());
        List<T> merged = new ArrayList<>(count);
        long[] mergedKeys = new long[count];
        int mine = 0;
        int next = 0;
        for (int at = 0; at < count; at++) {
            boolean first = next == ordered.size()
                    || mine < items.size() && compare(ordered.get(next), orderedKeys[next], mine) >= 0;
            mergedKeys[at] = first ? keys[mine] : orderedKeys[next];
            merged.add(first ? items.get(mine++) : ordered.get(next++));
        }
        items = merged;
        keys = mergedKeys;
    }

    List<T> items() {
        return items;
    }

    /** Keeps the first of those that share a document, as when two jobs read the same transcript in the same arm. */
    static List<Example> distinctDocuments(List<Example> ordered, int limit) {
        List<Example> distinct = new ArrayList<>();
        java.util.Set<DocumentInfo.Identity> seen = new java.util.HashSet<>();
        for (Iterator<Example> i = ordered.iterator(); i.hasNext() && distinct.size() < limit; ) {
            Example example = i.next();
            if (seen.add(example.document().info().identity())) {
                distinct.add(example);
            }
        }
        return distinct;
    }
}
