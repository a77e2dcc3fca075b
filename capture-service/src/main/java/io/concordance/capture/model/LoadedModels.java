package io.concordance.capture.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Models ready to run, least recently used out first. One that is in use when its turn comes is closed by its last user.
 *
 * @param <K> what tells loaded models apart
 * @param <M> a model
 */
final class LoadedModels<K, M> {
    private final int capacity;
    private final Consumer<M> close;
    private final LinkedHashMap<K, M> ready = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<M, Integer> users = new HashMap<>();

    LoadedModels(int capacity, Consumer<M> close) {
        this.capacity = capacity;
        this.close = close;
    }

    /** A loaded model in use; closing gives it back. */
    final class Lease implements AutoCloseable {
        private final M model;

        private Lease(M model) {
            this.model = model;
        }

        M model() {
            return model;
        }

        @Override
        public void close() {
            giveBack(model);
        }
    }

    /** The model under a key, loaded first if need be. Others wait meanwhile, so that no model is loaded twice. */
    synchronized Lease lease(K key, Supplier<M> load) {
        M model = ready.get(key);
        if (model == null) {
            model = load.get();
            ready.put(key, model);
        }
        users.merge(model, 1, Integer::sum);
        while (ready.size() > capacity) {
            M oldest = ready.remove(ready.firstEntry().getKey());
            if (oldest != null && !users.containsKey(oldest)) {
                close.accept(oldest);
            }
        }
        return new Lease(model);
    }

    private synchronized void giveBack(M model) {
        if (users.merge(model, -1, Integer::sum) == 0) {
            users.remove(model);
            if (!ready.containsValue(model)) {
                close.accept(model);
            }
        }
    }

    synchronized void closeAll() {
        ready.values().stream().filter(model -> !users.containsKey(model)).forEach(close);
        ready.clear();
    }
}
