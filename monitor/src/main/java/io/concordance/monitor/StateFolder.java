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
import java.util.Optional;

/** What a monitor remembers between starts. Every file is replaced in one step, after its bytes are on disk. */
final class StateFolder {
    private static final String HIGHEST = "highest.json";

    private final Path folder;

    /** The highest release ever verified on a channel. */
    record Highest(String channel, long version, String digest) {}

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
     *     {@code FORMAT} when what is remembered cannot be read, since nothing then says what is too old
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
        boolean older = pointer.version() < highest.version();
        boolean other =
                pointer.version() == highest.version() && !pointer.digest().equals(highest.digest());
        if (older || other) {
            throw new Refusal(
                    Refusal.Reason.ROLLBACK,
                    "version " + pointer.version() + " (" + pointer.digest() + ") after version " + highest.version()
                            + " (" + highest.digest() + ")");
        }
    }

    void rememberHighest(ChannelPointer pointer) {
        write(HIGHEST, Json.bytes(new Highest(pointer.channel(), pointer.version(), pointer.digest())));
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
        Path part = folder.resolve(name + ".part");
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
}
