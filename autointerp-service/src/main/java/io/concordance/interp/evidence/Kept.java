package io.concordance.interp.evidence;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** The first {@code limit} of what was offered, in the given order. What is kept does not depend on the order of offers. */
final class Kept<T> {
    private final Comparator<? super T> order;
    private final int limit;
    private final List<T> items = new ArrayList<>();

    Kept(Comparator<? super T> order, int limit) {
        this.order = order;
        this.limit = limit;
    }

    /** Returns false when the item, and whatever comes after it in the order, is not among the first. */
    boolean offer(T item) {
        int at = items.size();
        if (at == limit && (limit == 0 || order.compare(item, items.get(at - 1)) >= 0)) {
            return false;
        }
        while (at > 0 && order.compare(item, items.get(at - 1)) < 0) {
            at--;
        }
        items.add(at, item);
        if (items.size() > limit) {
            items.removeLast();
        }
        return true;
    }

    /** @param ordered in the order of this */
    void offerAll(List<? extends T> ordered) {
        for (T item : ordered) {
            if (!offer(item)) {
                return;
            }
        }
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
