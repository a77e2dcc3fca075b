package io.concordance.contracts.release;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** An Ed25519 key pair that signs. Its text form is two PEM blocks, PKCS #8 private key and public key. */
public final class SigningKey {
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";

    private final PrivateKey secret;
    private final byte[] rawPublic;
    private final KeyPair pair;

    private SigningKey(KeyPair pair) {
        this.pair = pair;
        this.secret = pair.getPrivate();
        this.rawPublic = Ed25519.raw(pair.getPublic());
    }

    public static SigningKey generate() {
        try {
            return new SigningKey(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /**
     * Reads what {@link #toPem} wrote.
     *
     * @throws IllegalArgumentException when a block is missing or the two do not belong together; never repeats the text
     */
    public static SigningKey fromPem(String pem) {
        try {
            KeyFactory keys = KeyFactory.getInstance("Ed25519");
            SigningKey key = new SigningKey(new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(block(pem, PUBLIC))),
                    keys.generatePrivate(new PKCS8EncodedKeySpec(block(pem, PRIVATE)))));
            byte[] probe = "concordance".getBytes(StandardCharsets.UTF_8);
            if (!Ed25519.verify(key.rawPublic, probe, key.sign(probe))) {
                throw new IllegalArgumentException("the private and the public key do not belong together");
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 key pair", e);
        }
    }

    public String toPem() {
        return block(PRIVATE, secret.getEncoded())
                + block(PUBLIC, pair.getPublic().getEncoded());
    }

    /** The public half, as a trust document lists it. */
    public PublicKeyInfo publicKey() {
        return new PublicKeyInfo(
                keyId(), PublicKeyInfo.ED25519, Base64.getEncoder().encodeToString(rawPublic));
    }

    public String keyId() {
        return Ed25519.keyId(rawPublic);
    }

    byte[] sign(byte[] message) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(secret);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing with a checked key failed", e);
        }
    }

    private static String block(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static byte[] block(String pem, String label) {
        String head = "-----BEGIN " + label + "-----";
        int from = pem.indexOf(head);
        int to = pem.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("no " + label + " block");
        }
        return Base64.getMimeDecoder().decode(pem.substring(from + head.length(), to));
    }
}
