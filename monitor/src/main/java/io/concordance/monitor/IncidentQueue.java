package io.concordance.monitor;

import io.concordance.contracts.digest.Digests;
import java.io.IOException;
import java.util.List;

/**
 * Snapshots on their way to the registry, on disk until it took them. The registry knows each by its digest, so that it is
 * one incident however often it is sent. One that it refuses for good stays on disk under another name.
 */
final class IncidentQueue {
    /** Most that wait: a registry that is away for long is no reason to fill a disk. */
    static final int MOST = 64;

    private static final String WAITING = "incident-";
    private static final String REFUSED = "refused-";
    private static final String BINARY = "application/octet-stream";

    private final StateFolder state;

    IncidentQueue(StateFolder state) {
        this.state = state;
    }

    /** Whether it is on disk now; not when too many wait already. */
    boolean add(byte[] snapshot) {
        if (size() >= MOST) {
            return false;
        }
        state.write(WAITING + Digests.hex(Digests.sha256(snapshot)), snapshot);
        return true;
    }

    int size() {
        return state.names(WAITING).size();
    }

    /** Sends what waits until the registry cannot be reached or asks to wait. */
    void send(RegistryConnection registry) {
        List<String> waiting = state.names(WAITING);
        for (String name : waiting) {
            byte[] snapshot = state.read(name).orElseThrow();
            int status;
            try {
                status = registry.post("v1/incidents", name, BINARY, snapshot);
            } catch (IOException e) {
                return;
            }
            if (status >= 400 && status < 500 && status != 408 && status != 409 && status != 429) {
                state.write(REFUSED + name, snapshot);
            } else if (status < 200 || status >= 300) {
                return;
            }
            state.delete(name);
        }
    }
}
