package io.concordance.contracts.release;

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
import java.util.Set;

/** Files of keys, and what they signed: each appears whole or not at all, and nobody but its owner can ever read it. */
public final class KeyFile {
    private KeyFile() {}

    /** @throws IllegalStateException when it holds no key pair */
    public static SigningKey read(Path file) {
        try {
            return SigningKey.fromPem(Files.readString(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("signing key " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** The key in the file, which is made first when there is none. */
    public static SigningKey readOrGenerate(Path file) {
        if (!Files.exists(file)) {
            write(file, SigningKey.generate().toPem().getBytes(StandardCharsets.UTF_8));
        }
        return read(file);
    }

    /** Replaces the file in one step, after its bytes are on disk. */
    public static void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path part = Path.of(file + ".part");
            Files.deleteIfExists(part);
            Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (FileChannel channel = FileChannel.open(part, options, ownerOnly())) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
