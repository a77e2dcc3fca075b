package io.concordance.registry.release;

import io.concordance.contracts.digest.Digests;
import java.time.Instant;

/**
 * Where a channel is at.
 *
 * @param pointer signed pointer document, as monitors get it
 * @param tag SHA-256 of the pointer, in hex
 * @param issuedAt when that was signed
 */
@SuppressWarnings("ArrayRecordComponent") // only ever handed through
record Channel(String name, long version, String digest, byte[] pointer, String tag, Instant issuedAt) {
    Channel(String name, long version, String digest, byte[] pointer, Instant issuedAt) {
        this(name, version, digest, pointer, Digests.hex(Digests.sha256(pointer)), issuedAt);
    }
}
