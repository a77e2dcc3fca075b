package io.concordance.capture.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Models ready to run, least recently used out first. One that is in use when its turn comes is closed by its last user.
 *
 * @param <K> what tells loaded models apart
 */
final class LoadedModels<K> {
    private final int capacity;
    private final LinkedHashMap<K, HookedModel> ready = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<HookedModel, Integer> users = new HashMap<>();

    LoadedModels(int capacity) {
        this.capacity = capacity;
    }

    /** A loaded model in use; closing gives it back. */
    final class Lease implements AutoCloseable {
        private final HookedModel model;

        private Lease(HookedModel model) {
            this.model = model;
        }

        HookedModel model() {
            return model;
        }

        @Override
        public void close() {
            giveBack(model);
        }
    }

    /** The model under a key, loaded first if need be. Others wait meanwhile, so that no model is loaded twice. */
    synchronized Lease lease(K key, Supplier<HookedModel> load) {
        HookedModel model = ready.get(key);
        if (model == null) {
            model = load.get();
            ready.put(key, model);
        }
        users.merge(model, 1, Integer::sum);
        while (ready.size() > capacity) {
            HookedModel oldest = ready.remove(ready.firstEntry().getKey());
            if (oldest != null && !users.containsKey(oldest)) {
                oldest.close();
            }
        }
        return new Lease(model);
    }

    private synchronized void giveBack(HookedModel model) {
        if (users.merge(model, -1, Integer::sum) == 0) {
            users.remove(model);
            if (!ready.containsValue(model)) {
                model.close();
            }
        }
    }

    synchronized void closeAll() {
        ready.values().stream().filter(model -> !users.containsKey(model)).forEach(HookedModel::close);
        ready.clear();
    }
}
