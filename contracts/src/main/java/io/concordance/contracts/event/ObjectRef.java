package io.concordance.contracts.event;

/**
 * Bytes in the object store, named by an event. Only objects that an event names exist for anyone else.
 *
 * @param sha256 digest that the bytes must have when read back
 * @param bytes size in bytes
 */
public record ObjectRef(String bucket, String key, String sha256, long bytes) {}
