package io.concordance.registry.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.KeyFile;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustDocumentsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path folder;

    @Test
    void localKeysMakeOneDocumentThatStaysTheSameAtTheNextStart() {
        TrustDocuments documents = start(local(), NOW);
        assertThat(documents.newest().version()).isEqualTo(1);
        assertThat(start(local(), NOW.plus(Duration.ofDays(300))).newest()).isEqualTo(documents.newest());
    }

    @Test
    void aChangedLocalKeyOrACloseExpiryMakesTheNextDocument() throws Exception {
        TrustDocument first = start(local(), NOW).newest();
        Files.delete(folder.resolve("timestamp.pem"));
        TrustDocuments documents = start(local(), NOW);
        assertThat(documents.newest().version()).isEqualTo(2);
        assertThat(first.next(Envelope.read(documents.envelope(2).orElseThrow())))
                .isEqualTo(documents.newest());
        assertThat(start(local(), NOW.plus(Duration.ofDays(336))).newest().version())
                .isEqualTo(3);
        assertThat(documents.envelope(3)).isEmpty();
        assertThat(documents.envelope(0)).isEmpty();
    }

    @Test
    void doesNotStartWithADocumentThatDoesNotNameItsKeysOrDoesNotFollow() throws Exception {
        SigningKey root = SigningKey.generate();
        SigningKeys keys = new SigningKeys(local());
        Path elsewhere = folder.resolve("elsewhere");
        Files.createDirectories(elsewhere);
        assertThatThrownBy(() -> start(offline(elsewhere), NOW)).hasMessageContaining("holds no trust.1.dsse.json");

        write(elsewhere, document(1, root, keys, SigningKey.generate()), root);
        assertThatThrownBy(() -> start(offline(elsewhere), NOW)).hasMessageContaining("timestamp key");

        write(elsewhere, document(1, root, keys, keys.timestamp()), root);
        assertThat(start(offline(elsewhere), NOW).newest().version()).isEqualTo(1);

        SigningKey stranger = SigningKey.generate();
        write(elsewhere, document(2, stranger, keys, keys.timestamp()), stranger);
        assertThatThrownBy(() -> start(offline(elsewhere), NOW))
                .hasMessageContaining("trust.2.dsse.json cannot be used");

        KeyFile.write(
                elsewhere.resolve("trust.2.dsse.json"),
                document(2, stranger, keys, keys.timestamp())
                        .sign(List.of(root, stranger))
                        .toBytes());
        assertThat(start(offline(elsewhere), NOW).newest().version()).isEqualTo(2);
    }

    private static TrustDocument document(long version, SigningKey root, SigningKeys keys, SigningKey timestamp) {
        return TrustDocument.of(
                version,
                NOW.plus(Duration.ofDays(90)),
                List.of(root.publicKey()),
                1,
                keys.targetsPublic(),
                timestamp.publicKey());
    }

    private static void write(Path folder, TrustDocument document, SigningKey root) {
        KeyFile.write(
                folder.resolve("trust." + document.version() + ".dsse.json"),
                document.sign(List.of(root)).toBytes());
    }

    private static TrustDocuments start(ReleaseSettings settings, Instant now) {
        return new TrustDocuments(settings, new SigningKeys(settings), Clock.fixed(now, ZoneOffset.UTC));
    }

    private ReleaseSettings local() {
        return new Settings(folder, Optional.empty());
    }

    private ReleaseSettings offline(Path trust) {
        return new Settings(folder, Optional.of(trust));
    }

    record Settings(Path dir, Optional<Path> trust) implements ReleaseSettings, ReleaseSettings.Keys {
        @Override
        public Duration lifetime() {
            return Duration.ofDays(90);
        }

        @Override
        public Duration pointerLifetime() {
            return Duration.ofHours(24);
        }

        @Override
        public Duration pointerRenewal() {
            return Duration.ofHours(1);
        }

        @Override
        public Path cacheDir() {
            return dir;
        }

        @Override
        public Keys keys() {
            return this;
        }

        @Override
        public Optional<List<Path>> targets() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> timestamp() {
            return Optional.empty();
        }
    }
}
