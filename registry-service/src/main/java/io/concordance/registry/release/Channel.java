package io.concordance.registry.release;

import java.time.Instant;

/**
 * Where a channel is at.
 *
 * @param pointer signed pointer document, as monitors get it
 * @param issuedAt when that was signed
 */
@SuppressWarnings("ArrayRecordComponent") // only ever handed through
record Channel(String name, long version, String digest, byte[] pointer, Instant issuedAt) {}
