package io.concordance.registry.release;

import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** The registry's keys. Those it generates itself are for local use: their files are readable by their owner only. */
@Startup
@ApplicationScoped
class SigningKeys {
    private final List<SigningKey> targets;
    private final SigningKey timestamp;
    private final TrustDocument trust;

    SigningKeys(ReleaseSettings settings) {
        ReleaseSettings.Keys keys = settings.keys();
        this.targets = keys.targets()
                .map(files -> files.stream().map(SigningKeys::read).toList())
                .orElseGet(() -> List.of(readOrGenerate(keys.dir().resolve("targets-1.pem"))));
        this.timestamp = keys.timestamp()
                .map(SigningKeys::read)
                .orElseGet(() -> readOrGenerate(keys.dir().resolve("timestamp.pem")));
        this.trust = TrustDocument.of(
                targets.stream().map(SigningKey::publicKey).toList(), keys.targetsThreshold(), timestamp.publicKey());
    }

    List<SigningKey> targets() {
        return targets;
    }

    SigningKey timestamp() {
        return timestamp;
    }

    /** Whom monitors of this registry should believe. */
    TrustDocument trust() {
        return trust;
    }

    private static SigningKey read(Path file) {
        try {
            return SigningKey.fromPem(Files.readString(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("signing key " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static SigningKey readOrGenerate(Path file) {
        if (!Files.exists(file)) {
            try {
                write(file, SigningKey.generate().toPem().getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return read(file);
    }

    /** The file appears whole or not at all, and nobody but its owner can ever read it. */
    private static void write(Path file, byte[] pem) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path part = Path.of(file + ".part");
        Files.deleteIfExists(part);
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(part, options, ownerOnly())) {
            ByteBuffer buffer = ByteBuffer.wrap(pem);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
