package io.concordance.contracts.release;

import io.concordance.contracts.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A DSSE envelope (Dead Simple Signing Envelope, secure-systems-lab/dsse, protocol and envelope v1.0): a payload, its type
 * and signatures over both.
 *
 * @param payloadType media type of the payload; signed, so that one kind of document cannot pass as another
 * @param payload base64 of the signed bytes
 */
public record Envelope(String payloadType, String payload, List<SignatureBy> signatures) {

    /**
     * One signature.
     *
     * @param keyid id of the key, as DSSE spells it
     * @param sig base64 of the signature
     */
    public record SignatureBy(String keyid, String sig) {}

    public Envelope {
        signatures = List.copyOf(signatures);
    }

    /** Signs bytes with every key, in the order given. Ed25519 is deterministic: same input, same envelope. */
    public static Envelope sign(String payloadType, byte[] payload, List<SigningKey> keys) {
        byte[] message = preAuthenticationEncoding(payloadType, payload);
        Base64.Encoder base64 = Base64.getEncoder();
        return new Envelope(
                payloadType,
                base64.encodeToString(payload),
                keys.stream()
                        .map(key -> new SignatureBy(key.keyId(), base64.encodeToString(key.sign(message))))
                        .toList());
    }

    /** Reads an envelope in its canonical form; anything else is refused as {@code FORMAT}. */
    public static Envelope read(byte[] json) {
        return Documents.read(json, Envelope.class);
    }

    /** The canonical bytes of the envelope. */
    public byte[] toBytes() {
        return Json.canonical(this);
    }

    /**
     * The payload, once enough different keys of the role signed it. Signatures by unknown keys count for nothing.
     *
     * @throws Refusal {@code FORMAT} for another payload type or bad base64, {@code SIGNATURE} for too few signatures
     */
    public byte[] verify(String expectedType, TrustDocument trust, String roleName) {
        if (!expectedType.equals(payloadType)) {
            throw new Refusal(
                    Refusal.Reason.FORMAT, "payload type: given '" + payloadType + "', expected " + expectedType);
        }
        byte[] body = decode("payload", payload);
        byte[] message = preAuthenticationEncoding(payloadType, body);
        TrustDocument.Role role = trust.role(roleName);
        Set<String> good = new HashSet<>();
        for (SignatureBy signature : signatures) {
            for (TrustDocument.Key key : trust.keys()) {
                if (key.keyId().equals(signature.keyid())
                        && role.keyIds().contains(key.keyId())
                        && Ed25519.verify(key.raw(), message, decode("sig", signature.sig()))) {
                    good.add(key.keyId());
                }
            }
        }
        if (good.size() < role.threshold()) {
            throw new Refusal(
                    Refusal.Reason.SIGNATURE,
                    good.size() + " good signatures by role " + roleName + ", " + role.threshold() + " needed");
        }
        return body;
    }

    /** {@code "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body}, lengths in ASCII decimal bytes. */
    static byte[] preAuthenticationEncoding(String type, byte[] body) {
        byte[] typeBytes = type.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + typeBytes.length + 32);
        out.writeBytes(("DSSEv1 " + typeBytes.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(typeBytes);
        out.writeBytes((" " + body.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** Strict base64: the one encoding of the bytes, so that no two texts mean the same. */
    private static byte[] decode(String field, String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (Base64.getEncoder().encodeToString(bytes).equals(base64)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Refused below, like any other text that no encoder would have written.
        }
        throw new Refusal(Refusal.Reason.FORMAT, field + " is not base64");
    }
}
