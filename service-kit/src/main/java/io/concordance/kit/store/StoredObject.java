package io.concordance.kit.store;

/**
 * An object that can be read back.
 *
 * @param sha256 digest of its bytes, {@code sha256:<64 hex>}
 * @param bytes its size
 */
public record StoredObject(String key, String sha256, long bytes) {}
