package io.concordance.monitor;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.TrustDocument;
import java.io.IOException;
import java.util.Optional;

/**
 * The trust document in force: the pinned one, or the last of those that followed it, each signed by the root keys of the
 * one before and by its own. How far the chain was followed is remembered, so that it never goes back.
 */
final class TrustChain {
    static final String PATH = "v1/trust";

    /** Documents taken in one go; no registry changes its keys that often. */
    static final int MOST_STEPS = 64;

    private static final int NAME_DIGITS = 16;

    private final StateFolder state;
    private final String file;
    private volatile TrustDocument current;

    /**
     * @param pinned where the chain begins; another one begins another chain
     * @throws Refusal when what is remembered cannot be read
     */
    TrustChain(StateFolder state, TrustDocument pinned) {
        this.state = state;
        this.file = "trust-" + Digests.hex(pinned.digest()).substring(0, NAME_DIGITS) + ".json";
        this.current = state.read(file).map(this::remembered).orElse(pinned);
    }

    private TrustDocument remembered(byte[] json) {
        try {
            return Json.read(json, TrustDocument.class);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Reason.FORMAT, file + " is damaged: " + e.getMessage());
        }
    }

    TrustDocument current() {
        return current;
    }

    /**
     * Takes the documents that the registry has after this one.
     *
     * @throws Refusal when one is not signed by the root role of the one before; those before it were taken
     */
    void advance(RegistryConnection registry) throws IOException {
        for (int i = 0; i < MOST_STEPS; i++) {
            Optional<byte[]> envelope = registry.find(PATH + "/" + (current.version() + 1), MonitorClient.MAX_DOCUMENT);
            if (envelope.isEmpty()) {
                return;
            }
            TrustDocument next = current.next(Envelope.read(envelope.get()));
            state.write(file, Json.canonical(next));
            current = next;
        }
    }
}
