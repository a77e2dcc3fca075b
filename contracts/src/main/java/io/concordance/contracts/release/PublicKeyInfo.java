package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Base64;

/**
 * A public key, as a trust document lists it.
 *
 * @param keyId hex SHA-256 of the raw key
 * @param scheme {@link #ED25519}
 * @param publicKey the 32 raw bytes in base64
 */
public record PublicKeyInfo(String keyId, String scheme, String publicKey) {
    public static final String ED25519 = "ed25519";

    public PublicKeyInfo {
        if (!ED25519.equals(scheme)) {
            throw new FieldProblem("scheme", scheme, ED25519);
        }
        byte[] raw = raw(publicKey);
        if (raw.length != Ed25519.PUBLIC_KEY_BYTES) {
            throw new FieldProblem("publicKey", publicKey, "the 32 bytes of an Ed25519 public key in base64");
        }
        if (!Ed25519.keyId(raw).equals(keyId)) {
            throw new FieldProblem("keyId", keyId, "the hex SHA-256 of the public key");
        }
    }

    byte[] raw() {
        return raw(publicKey);
    }

    private static byte[] raw(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("publicKey", base64, "base64");
        }
    }
}
