package io.concordance.contracts.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustDocumentTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final SigningKey first = SigningKey.generate();
    private final SigningKey second = SigningKey.generate();
    private final SigningKey third = SigningKey.generate();
    private final SigningKey fourth = SigningKey.generate();
    private final SigningKey alice = SigningKey.generate();
    private final SigningKey bob = SigningKey.generate();
    private final SigningKey clock = SigningKey.generate();
    private final TrustDocument one = document(1, first, second, third);

    @Test
    void isFollowedByOneThatTwoOldAndTwoNewRootKeysSigned() {
        TrustDocument two = document(2, second, third, fourth);
        assertThat(one.next(two.sign(List.of(second, third)))).isEqualTo(two);
        assertThat(one.next(two.sign(List.of(first, second, fourth)))).isEqualTo(two);
    }

    @Test
    void isNotFollowedWithTooFewKeysOfEither() {
        TrustDocument two = document(2, second, third, fourth);
        refused(two.sign(List.of(first, second)), Reason.SIGNATURE);
        refused(two.sign(List.of(third, fourth)), Reason.SIGNATURE);
        refused(two.sign(List.of(second, second)), Reason.SIGNATURE);
        refused(two.sign(List.of(alice, bob)), Reason.SIGNATURE);
        TrustDocument stranger = document(2, fourth, alice, bob);
        refused(stranger.sign(List.of(fourth, alice, bob)), Reason.SIGNATURE);
    }

    @Test
    void isFollowedByTheNextVersionOnly() {
        refused(document(1, first, second, third).sign(List.of(first, second)), Reason.ROLLBACK);
        refused(document(3, first, second, third).sign(List.of(first, second)), Reason.ROLLBACK);
    }

    @Test
    void isNotFollowedWhereAnySingleByteWasChanged() {
        byte[] good = document(2, first, second, third)
                .sign(List.of(first, second, third))
                .toBytes();
        one.next(Envelope.read(good));
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertThatThrownBy(() -> one.next(Envelope.read(changed)))
                    .as("byte %d", i)
                    .isInstanceOf(Refusal.class);
        }
    }

    @Test
    void endsAtItsExpiry() {
        one.requireCurrent(NOW.minusMillis(1));
        assertThatThrownBy(() -> one.requireCurrent(NOW))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void refusesRolesThatWouldNotKeepPeopleApart() {
        String json = new String(Json.canonical(one), StandardCharsets.UTF_8);
        badly(json.replace("\"timestamp\":{", "\"timekeeper\":{"), "roles");
        badly(
                json.replace(
                        "\"threshold\":1}},\"version\"",
                        "\"threshold\":1},\"x\":{\"keyIds\":[],\"threshold\":1}},\"version\""),
                "roles");
        badly(json.replaceAll("(\"targets-high\":.*?\"threshold\":)2", "$11"), "targets-high.threshold");
        badly(json.replaceAll("(\"root\":.*?\"threshold\":)2", "$14"), "threshold");
        badly(json.replace("\"version\":1", "\"version\":0"), "version");
        badly(json.replace("\"expiresAt\":\"2026-01-02T03:04:05Z\",", ""), "expiresAt");
        badly(json.replace("\"keyIds\":[\"" + alice.keyId(), "\"keyIds\":[\"" + "0".repeat(64)), "listed keys");
        assertThatThrownBy(() -> TrustDocument.of(
                        1,
                        NOW,
                        List.of(first.publicKey()),
                        1,
                        List.of(alice.publicKey(), clock.publicKey()),
                        clock.publicKey()))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("no key of role timestamp");
        assertThatThrownBy(() -> TrustDocument.of(
                        1, NOW, List.of(first.publicKey()), 1, List.of(alice.publicKey()), clock.publicKey()))
                .hasMessageContaining("threshold");
    }

    private static void badly(String json, String said) {
        assertThatThrownBy(() -> Json.read(json.getBytes(StandardCharsets.UTF_8), TrustDocument.class))
                .as(json)
                .hasMessageContaining(said);
    }

    private void refused(Envelope next, Reason reason) {
        assertThatThrownBy(() -> one.next(next))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.reason()).isEqualTo(reason));
    }

    private TrustDocument document(long version, SigningKey... root) {
        return TrustDocument.of(
                version,
                NOW,
                java.util.Arrays.stream(root).map(SigningKey::publicKey).toList(),
                2,
                List.of(alice.publicKey(), bob.publicKey()),
                clock.publicKey());
    }
}
