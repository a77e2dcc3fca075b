package io.concordance.kit.store;

import org.jspecify.annotations.Nullable;

/** The object store could not do what was asked. Of this very class: it may work later. */
public sealed class ObjectStoreException extends RuntimeException {
    ObjectStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** There is no such object. */
    public static final class Missing extends ObjectStoreException {
        Missing(String key) {
            super("object " + key + ": missing", null);
        }
    }

    /** The object's bytes are not the ones the digest promises. */
    public static final class Corrupted extends ObjectStoreException {
        Corrupted(String key, String expected, String found) {
            super("object " + key + ": expected " + expected + ", found " + found, null);
        }
    }

    /** The key already holds other bytes, and an object never changes. */
    public static final class Conflict extends ObjectStoreException {
        Conflict(String key, String given, String existing) {
            super("object " + key + ": given " + given + ", but it already holds " + existing, null);
        }
    }

    /** The object is larger than the caller is ready to hold. */
    public static final class TooLarge extends ObjectStoreException {
        TooLarge(String key, long maxBytes) {
            super("object " + key + ": larger than the allowed " + maxBytes + " bytes", null);
        }
    }
}
