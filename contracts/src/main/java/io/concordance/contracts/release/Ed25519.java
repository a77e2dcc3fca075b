package io.concordance.contracts.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** Ed25519 public keys as their 32 raw bytes (RFC 8032), and what to do with them. */
final class Ed25519 {
    static final int PUBLIC_KEY_BYTES = 32;

    /** A SubjectPublicKeyInfo for Ed25519 is this prefix and the raw key (RFC 8410). */
    private static final byte[] INFO_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519() {}

    static byte[] raw(PublicKey key) {
        byte[] info = key.getEncoded();
        if (info.length != INFO_PREFIX.length + PUBLIC_KEY_BYTES
                || !Arrays.equals(info, 0, INFO_PREFIX.length, INFO_PREFIX, 0, INFO_PREFIX.length)) {
            throw new FieldProblem("key", key.getAlgorithm(), "an Ed25519 public key");
        }
        return Arrays.copyOfRange(info, INFO_PREFIX.length, info.length);
    }

    static PublicKey publicKey(byte[] raw) {
        byte[] info = Arrays.copyOf(INFO_PREFIX, INFO_PREFIX.length + raw.length);
        System.arraycopy(raw, 0, info, INFO_PREFIX.length, raw.length);
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(info));
        } catch (GeneralSecurityException e) {
            throw new FieldProblem("publicKey", raw.length + " bytes", "the 32 bytes of an Ed25519 public key");
        }
    }

    /** The hex digits of SHA-256 over the raw public key. */
    static String keyId(byte[] raw) {
        return Digests.hex(Digests.sha256(raw));
    }

    /** Whether the signature is good; a malformed one is not. */
    static boolean verify(byte[] rawKey, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(publicKey(rawKey));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
