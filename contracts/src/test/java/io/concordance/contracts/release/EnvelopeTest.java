package io.concordance.contracts.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Envelope.SignatureBy;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final String TYPE = "application/example";

    private final SigningKey alice = SigningKey.generate();
    private final SigningKey bob = SigningKey.generate();
    private final SigningKey clock = SigningKey.generate();
    private final TrustDocument two = TrustDocument.of(
            1,
            Instant.EPOCH,
            List.of(alice.publicKey()),
            1,
            List.of(alice.publicKey(), bob.publicKey()),
            clock.publicKey());

    @Test
    void encodesTheExampleOfTheDsseProtocol() {
        assertThat(Envelope.preAuthenticationEncoding("http://example.com/HelloWorld", "hello world".getBytes(UTF_8)))
                .asString(UTF_8)
                .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    @Test
    void countsLengthsInBytesAndNotInCharacters() {
        assertThat(Envelope.preAuthenticationEncoding("ä", "日本".getBytes(UTF_8)))
                .asString(UTF_8)
                .isEqualTo("DSSEv1 2 ä 6 日本");
    }

    @Test
    void verifiesTheThirdVectorOfRfc8032() {
        byte[] key = HexFormat.of().parseHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        byte[] signature = HexFormat.of()
                .parseHex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
        assertThat(Ed25519.verify(key, HexFormat.of().parseHex("af82"), signature))
                .isTrue();
        assertThat(Ed25519.verify(key, HexFormat.of().parseHex("af83"), signature))
                .isFalse();
    }

    @Test
    void needsAsManyDifferentKeysAsTheRoleSays() {
        byte[] payload = "{}".getBytes(UTF_8);
        assertThat(Envelope.sign(TYPE, payload, List.of(alice, bob)).verify(TYPE, two, TrustDocument.TARGETS_HIGH))
                .isEqualTo(payload);
        refused(Envelope.sign(TYPE, payload, List.of(alice)), Refusal.Reason.SIGNATURE);
        refused(Envelope.sign(TYPE, payload, List.of(alice, alice)), Refusal.Reason.SIGNATURE);
        refused(Envelope.sign(TYPE, payload, List.of(alice, SigningKey.generate())), Refusal.Reason.SIGNATURE);
        refused(Envelope.sign(TYPE, payload, List.of(alice, clock)), Refusal.Reason.SIGNATURE);
        refused(Envelope.sign(TYPE, payload, List.of()), Refusal.Reason.SIGNATURE);
    }

    @Test
    void refusesTheSamePayloadUnderAnotherType() {
        refused(Envelope.sign("application/other", new byte[1], List.of(alice, bob)), Refusal.Reason.FORMAT);
    }

    @Test
    void refusesAnEnvelopeWhereAnySingleByteWasChanged() {
        byte[] envelope = Envelope.sign(TYPE, "{\"a\":1}".getBytes(UTF_8), List.of(alice, bob))
                .toBytes();
        for (int i = 0; i < envelope.length; i++) {
            for (int flip : new int[] {1, 2, 0x20}) {
                byte[] changed = envelope.clone();
                changed[i] ^= (byte) flip;
                assertThatThrownBy(() -> Envelope.read(changed).verify(TYPE, two, TrustDocument.TARGETS_HIGH))
                        .as("byte %d flipped by %d", i, flip)
                        .isInstanceOf(Refusal.class);
            }
        }
    }

    @Test
    void keepsAKeyPairThroughItsTextForm() {
        SigningKey again = SigningKey.fromPem(alice.toPem());
        assertThat(again.keyId()).isEqualTo(alice.keyId());
        assertThat(again.sign(new byte[3])).isEqualTo(alice.sign(new byte[3]));
        assertThatThrownBy(() -> SigningKey.fromPem(alice.toPem().split("-----BEGIN PUBLIC")[0] + "-----BEGIN PUBLIC"
                        + bob.toPem().split("-----BEGIN PUBLIC")[1]))
                .hasMessageContaining("do not belong together");
    }

    @Test
    void refusesMoreSignaturesThanAnyRoleHas() {
        SignatureBy one =
                Envelope.sign(TYPE, new byte[1], List.of(alice)).signatures().getFirst();
        byte[] many = Json.canonical(
                Map.of("payloadType", TYPE, "payload", "AA==", "signatures", Collections.nCopies(65, one)));
        assertThatThrownBy(() -> Envelope.read(many)).hasMessageContaining("at most 64");
    }

    @Test
    void refusesAKeyUnderAnotherId() {
        assertThatThrownBy(() -> new PublicKeyInfo(
                        bob.keyId(), "ed25519", alice.publicKey().publicKey()))
                .hasMessageContaining("keyId");
        assertThatThrownBy(() -> new PublicKeyInfo(
                        bob.keyId(), "ed25519", Base64.getEncoder().encodeToString(new byte[31])))
                .hasMessageContaining("publicKey");
    }

    private void refused(Envelope envelope, Refusal.Reason reason) {
        assertThatThrownBy(() -> envelope.verify(TYPE, two, TrustDocument.TARGETS_HIGH))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.reason()).isEqualTo(reason));
    }
}
