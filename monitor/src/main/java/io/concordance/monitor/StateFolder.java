package io.concordance.monitor;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a monitor remembers between starts. Every file is replaced in one step, after its bytes are on disk. */
final class StateFolder {
    private static final String HIGHEST = "highest.json";
    private static final String PART = ".part";

    private final Path folder;

    /**
     * The highest release ever verified on a channel.
     *
     * @param issuedAt when the latest pointer to it was signed
     */
    record Highest(
            String channel,
            long version,
            String digest,
            @Nullable Instant issuedAt) {
        static Highest of(ChannelPointer pointer) {
            return new Highest(pointer.channel(), pointer.version(), pointer.digest(), pointer.issuedAt());
        }

        /**
         * @throws Refusal {@code ROLLBACK} for a lower version, or another release of this version; {@code REPLAY} for a
         *     pointer that was issued before the latest
         */
        void requireNotAfter(ChannelPointer pointer) {
            boolean older = pointer.version() < version;
            boolean other = pointer.version() == version && !pointer.digest().equals(digest);
            if (older || other) {
                throw new Refusal(
                        Refusal.Reason.ROLLBACK,
                        "version " + pointer.version() + " (" + pointer.digest() + ") after version " + version + " ("
                                + digest + ")");
            }
            if (issuedAt != null && pointer.issuedAt().isBefore(issuedAt)) {
                throw new Refusal(
                        Refusal.Reason.REPLAY,
                        "channel pointer issued at " + pointer.issuedAt() + " after one of " + issuedAt);
            }
        }
    }

    StateFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Refuses to go back.
     *
     * @throws Refusal {@code ROLLBACK} for a lower version than the highest seen, or another release of that version;
     *     {@code REPLAY} for a pointer issued before the latest seen; {@code FORMAT} when what is remembered cannot be read, since nothing then says what is too old
     */
    void checkNotOlder(ChannelPointer pointer) {
        Optional<byte[]> remembered = read(HIGHEST);
        if (remembered.isEmpty()) {
            return;
        }
        Highest highest;
        try {
            highest = Json.read(remembered.get(), Highest.class);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Reason.FORMAT, folder.resolve(HIGHEST) + " is damaged: " + e.getMessage());
        }
        if (!pointer.channel().equals(highest.channel())) {
            throw new Refusal(
                    Refusal.Reason.CHANNEL, folder + " belongs to a monitor of channel '" + highest.channel() + "'");
        }
        highest.requireNotAfter(pointer);
    }

    void remember(ChannelPointer pointer) {
        write(HIGHEST, Json.bytes(Highest.of(pointer)));
    }

    Optional<byte[]> read(String name) {
        try {
            Path file = folder.resolve(name);
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(String name, byte[] bytes) {
        Path part = folder.resolve(name + PART);
        try {
            try (FileChannel channel = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of files that begin so, ascending. Files that are still being written are none of them. */
    List<String> names(String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith(prefix) && !name.endsWith(PART))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String name) {
        try {
            Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
