package io.concordance.contracts.release;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** Most signatures; each of them costs whoever verifies some time. */
    public static final int MOST_SIGNATURES = 64;

    public Envelope {
        signatures = List.copyOf(signatures);
        if (signatures.size() > MOST_SIGNATURES) {
            throw new FieldProblem("signatures", signatures.size() + " signatures", "at most " + MOST_SIGNATURES);
        }
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

    /** The same with one more signature. */
    public Envelope and(SigningKey key) {
        List<SignatureBy> more = new ArrayList<>(signatures);
        more.addAll(sign(payloadType, decode("payload", payload), List.of(key)).signatures);
        return new Envelope(payloadType, payload, more);
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
     * The payload, once enough different keys of the role signed it. Every signature must be by a key of the trust document
     * and good, also one that is not needed: no byte of an envelope can change unnoticed.
     *
     * @throws Refusal {@code FORMAT} for another payload type or bad base64, {@code SIGNATURE} for too few signatures, a bad
     *     one or one by a stranger
     */
    public byte[] verify(String expectedType, TrustDocument trust, String roleName) {
        Set<String> known = trust.keys().stream().map(PublicKeyInfo::keyId).collect(Collectors.toSet());
        requireSignersAmong(known);
        return verifyKnown(expectedType, trust, roleName);
    }

    /** As {@link #verify}, where signatures by keys that the trust document does not list count for nothing. */
    byte[] verifyKnown(String expectedType, TrustDocument trust, String roleName) {
        byte[] body = body(expectedType);
        byte[] message = preAuthenticationEncoding(payloadType, body);
        TrustDocument.Role role = trust.role(roleName);
        Set<String> good = new HashSet<>();
        for (SignatureBy signature : signatures) {
            for (PublicKeyInfo key : trust.keys()) {
                if (key.keyId().equals(signature.keyid())) {
                    if (!Ed25519.verify(key.raw(), message, decode("sig", signature.sig()))) {
                        throw new Refusal(Refusal.Reason.SIGNATURE, "the signature by " + key.keyId() + " is bad");
                    }
                    good.add(key.keyId());
                }
            }
        }
        good.retainAll(role.keyIds());
        if (good.size() < role.threshold()) {
            throw new Refusal(
                    Refusal.Reason.SIGNATURE,
                    good.size() + " good signatures by role " + roleName + ", " + role.threshold() + " needed");
        }
        return body;
    }

    /** @throws Refusal {@code SIGNATURE} when another key signed as well */
    void requireSignersAmong(Set<String> keyIds) {
        for (SignatureBy signature : signatures) {
            if (!keyIds.contains(signature.keyid())) {
                throw new Refusal(Refusal.Reason.SIGNATURE, "signed by '" + signature.keyid() + "', which is unknown");
            }
        }
    }

    /** The payload, of which nothing may be believed yet. */
    byte[] body(String expectedType) {
        if (!expectedType.equals(payloadType)) {
            throw new Refusal(
                    Refusal.Reason.FORMAT, "payload type: given '" + payloadType + "', expected " + expectedType);
        }
        return decode("payload", payload);
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
