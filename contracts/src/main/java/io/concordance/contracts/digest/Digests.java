package io.concordance.contracts.digest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 over bytes, files and memory, written {@code sha256:<64 hex>}. */
public final class Digests {
    private static final String PREFIX = "sha256:";
    private static final Pattern SHAPE = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int CHUNK = 1 << 20;

    private Digests() {}

    public static String sha256(byte[] data) {
        return format(newDigest().digest(data));
    }

    /** Digest of a text's UTF-8 bytes. */
    public static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String sha256(Path file) {
        MessageDigest digest = newDigest();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return format(digest.digest());
    }

    public static String sha256(MemorySegment data) {
        MessageDigest digest = newDigest();
        long size = data.byteSize();
        for (long at = 0; at < size; at += CHUNK) {
            digest.update(data.asSlice(at, Math.min(CHUNK, size - at)).asByteBuffer());
        }
        return format(digest.digest());
    }

    /** A fresh SHA-256, for data that arrives in pieces; finish with {@link #format}. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public static String format(byte[] hash) {
        return PREFIX + HexFormat.of().formatHex(hash);
    }

    /** The 64 hex digits of a digest. */
    public static String hex(String digest) {
        if (!isDigest(digest)) {
            throw new IllegalArgumentException("not a digest: " + digest);
        }
        return digest.substring(PREFIX.length());
    }

    public static boolean isDigest(String text) {
        return SHAPE.matcher(text).matches();
    }
}
