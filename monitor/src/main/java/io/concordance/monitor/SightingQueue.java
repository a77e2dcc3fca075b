package io.concordance.monitor;

import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reports on their way to the registry, on disk until it took them. Each carries a key under which the registry takes it
 * once, however often it is sent.
 */
final class SightingQueue {
    private static final String JSON = "application/json";
    private static final String WAITING = "sightings.json";
    private static final String REFUSED = "sightings-refused.json";

    private final StateFolder state;

    record Entry(String key, SightingReported report) {}

    private record Entries(List<Entry> entries) {}

    SightingQueue(StateFolder state) {
        this.state = state;
    }

    void add(SightingReported report) {
        append(WAITING, new Entry(UUID.randomUUID().toString(), report));
    }

    int size() {
        return load(WAITING).size();
    }

    /**
     * Sends what waits, oldest first, until the registry cannot be reached or asks to wait. A report that it refuses for
     * good is set aside in {@code sightings-refused.json}.
     *
     * @return how many it took
     */
    int send(RegistryConnection registry) {
        int taken = 0;
        List<Entry> waiting = load(WAITING);
        while (!waiting.isEmpty()) {
            Entry next = waiting.getFirst();
            int status;
            try {
                status = registry.post("v1/sightings", next.key(), JSON, Json.bytes(next.report()));
            } catch (IOException e) {
                return taken;
            }
            if (status >= 200 && status < 300) {
                taken++;
            } else if (status >= 400 && status < 500 && status != 408 && status != 409 && status != 429) {
                append(REFUSED, next);
            } else {
                return taken;
            }
            waiting = new ArrayList<>(waiting.subList(1, waiting.size()));
            store(WAITING, waiting);
        }
        return taken;
    }

    private void append(String file, Entry entry) {
        List<Entry> entries = load(file);
        entries.add(entry);
        store(file, entries);
    }

    private List<Entry> load(String file) {
        return state.read(file)
                .map(bytes -> new ArrayList<>(Json.read(bytes, Entries.class).entries()))
                .orElseGet(ArrayList::new);
    }

    private void store(String file, List<Entry> entries) {
        state.write(file, Json.bytes(new Entries(entries)));
    }
}
