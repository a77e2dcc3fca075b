package io.concordance.registry.release;

import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.KeyFile;
import io.concordance.contracts.release.PublicKeyInfo;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The trust documents that monitors of this registry follow, from the first on: files {@code trust.N.dsse.json} that were
 * signed elsewhere. Where none are named, this registry has a root key of its own, for local use, and writes a document
 * whenever its keys change or the last one is about to expire.
 */
@Startup
@ApplicationScoped
class TrustDocuments {
    private static final Logger LOG = Logger.getLogger(TrustDocuments.class);
    private static final Duration LOCAL_LIFETIME = Duration.ofDays(365);
    private static final Duration LOCAL_RENEWAL = Duration.ofDays(30);

    private final List<TrustDocument> documents = new ArrayList<>();
    private final List<byte[]> envelopes = new ArrayList<>();

    TrustDocuments(ReleaseSettings settings, SigningKeys keys, Clock clock) {
        Instant now = clock.instant();
        Optional<Path> signedElsewhere = settings.keys().trust();
        load(signedElsewhere.orElse(settings.keys().dir()));
        if (signedElsewhere.isEmpty()) {
            keepLocal(settings.keys().dir(), keys, now);
        }
        if (documents.isEmpty()) {
            throw new IllegalStateException(
                    "concordance.release.keys.trust: " + signedElsewhere.orElseThrow() + " holds no trust.1.dsse.json");
        }
        requireRoles(keys);
        if (!now.isBefore(newest().expiresAt())) {
            LOG.errorf("The trust document expired at %s: monitors arm with nothing", newest().expiresAt());
        }
    }

    /** Whom monitors of this registry should believe. */
    TrustDocument newest() {
        return documents.getLast();
    }

    /** The signed document of a version. */
    Optional<byte[]> envelope(long version) {
        return version < 1 || version > envelopes.size()
                ? Optional.empty()
                : Optional.of(envelopes.get((int) version - 1));
    }

    private void load(Path folder) {
        for (int version = 1; Files.exists(file(folder, version)); version++) {
            Path file = file(folder, version);
            try {
                byte[] bytes = Files.readAllBytes(file);
                Envelope envelope = Envelope.read(bytes);
                add(version == 1 ? TrustDocument.selfSigned(envelope) : newest().next(envelope), bytes);
                if (newest().version() != version) {
                    throw new IllegalStateException(file + " is of version " + newest().version());
                }
            } catch (IOException | Refusal e) {
                throw new IllegalStateException("trust document " + file + " cannot be used: " + e.getMessage(), e);
            }
        }
    }

    private void keepLocal(Path folder, SigningKeys keys, Instant now) {
        SigningKey root = KeyFile.readOrGenerate(folder.resolve("root-1.pem"));
        LOG.warnf(
                "Local keys: root, reviewers' and timestamp keys are all in %s, so that whoever reads it can release"
                        + " anything. For use beyond this machine name concordance.release.keys.trust, .targets and"
                        + " .timestamp.",
                folder);
        boolean good = !documents.isEmpty()
                && names(newest(), TrustDocument.TARGETS_HIGH, keys.targetsPublic())
                && names(
                        newest(),
                        TrustDocument.TIMESTAMP,
                        List.of(keys.timestamp().publicKey()))
                && now.isBefore(newest().expiresAt().minus(LOCAL_RENEWAL));
        if (!good) {
            TrustDocument next = TrustDocument.of(
                    documents.size() + 1L,
                    now.plus(LOCAL_LIFETIME).truncatedTo(ChronoUnit.SECONDS),
                    List.of(root.publicKey()),
                    1,
                    keys.targetsPublic(),
                    keys.timestamp().publicKey());
            byte[] envelope = next.sign(List.of(root)).toBytes();
            KeyFile.write(file(folder, documents.size() + 1), envelope);
            add(next, envelope);
        }
    }

    /** Fails the start where monitors would refuse everything that these keys sign. */
    private void requireRoles(SigningKeys keys) {
        if (!names(newest(), TrustDocument.TIMESTAMP, List.of(keys.timestamp().publicKey()))) {
            throw new IllegalStateException("the trust document does not name the timestamp key");
        }
        if (!names(newest(), TrustDocument.TARGETS, keys.targetsPublic())) {
            throw new IllegalStateException("the trust document does not name every key that signs releases");
        }
    }

    private static boolean names(TrustDocument document, String role, List<PublicKeyInfo> keys) {
        TrustDocument.Role named = document.roles().get(role);
        return named != null && keys.stream().allMatch(key -> named.keyIds().contains(key.keyId()));
    }

    private void add(TrustDocument document, byte[] envelope) {
        documents.add(document);
        envelopes.add(envelope);
    }

    private static Path file(Path folder, int version) {
        return folder.resolve("trust." + version + ".dsse.json");
    }
}
