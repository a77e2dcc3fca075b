package io.concordance.kit.store;

import io.concordance.contracts.digest.Digests;
import io.concordance.kit.trace.Traces;
import io.minio.GetObjectResponse;
import io.minio.StatObjectResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Objects written once under a key, in the one bucket of the platform. When a {@code putIfAbsent} returns, the server
 * holds the whole object; until then nobody sees any of it. Safe for use by many threads.
 *
 * <p>All methods throw {@link ObjectStoreException}; its subclasses are final verdicts, the class itself means that the
 * server could not be asked.
 */
@ApplicationScoped
public class ObjectStore {
    private final S3 s3;
    private final Set<Path> verified = ConcurrentHashMap.newKeySet();

    ObjectStore(S3 s3) {
        this.s3 = s3;
    }

    /** A store outside a service; its bucket is made if missing. */
    public static ObjectStore connect(String endpoint, String accessKey, String secretKey, String bucket) {
        S3 s3 = new S3(new FixedS3Settings(endpoint, accessKey, secretKey, bucket, "us-east-1"));
        s3.makeBucket();
        return new ObjectStore(s3);
    }

    /** The bucket that all keys are in. */
    public String bucket() {
        return s3.bucket();
    }

    /**
     * Stores an object, unless the key already holds the same bytes.
     *
     * @throws ObjectStoreException.Conflict if the key holds other bytes
     */
    public StoredObject putIfAbsent(String key, byte[] data, String contentType) {
        return putIfAbsent(key, MemorySegment.ofArray(data), contentType);
    }

    /** As {@link #putIfAbsent(String, byte[], String)}, from a file that does not change meanwhile. */
    public StoredObject putIfAbsent(String key, Path file, String contentType) {
        try (InputStream data = Files.newInputStream(file)) {
            long bytes = Files.size(file);
            return bytes <= S3.PART_BYTES
                    ? putIfAbsent(key, data.readAllBytes(), contentType)
                    : putInParts(new StoredObject(key, Digests.sha256(file), bytes), data, contentType);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #putIfAbsent(String, byte[], String)}, from memory that does not change meanwhile. */
    public StoredObject putIfAbsent(String key, MemorySegment data, String contentType) {
        StoredObject object = new StoredObject(key, Digests.sha256(data), data.byteSize());
        return data.byteSize() <= S3.PART_BYTES
                ? unlessTaken(object, sent(object, () -> s3.put(object, data, contentType)))
                : putInParts(object, new MemorySegmentStream(data), contentType);
    }

    private StoredObject putInParts(StoredObject object, InputStream data, String contentType) {
        // Sending many parts only to learn that the object is already there would be a waste.
        return unlessTaken(
                object, !exists(object.key()) && sent(object, () -> s3.putInParts(object, data, contentType)));
    }

    private static boolean sent(StoredObject object, BooleanSupplier put) {
        return Traces.storing(object.key(), object.bytes(), put);
    }

    private StoredObject unlessTaken(StoredObject object, boolean created) {
        if (created) {
            return object;
        }
        String existing = existingDigest(object.key());
        if (!existing.equals(object.sha256())) {
            throw new ObjectStoreException.Conflict(object.key(), object.sha256(), existing);
        }
        return object;
    }

    private String existingDigest(String key) {
        StatObjectResponse found = s3.stat(key)
                .orElseThrow(
                        () -> new ObjectStoreException("object " + key + ": being written by somebody else", null));
        Optional<String> noted = S3.digest(found.headers());
        if (noted.isPresent()) {
            return noted.get();
        }
        MessageDigest digest = Digests.newDigest();
        try (InputStream data = new DigestInputStream(s3.open(key), digest)) {
            data.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw S3.unavailable(key, e);
        }
        return Digests.format(digest.digest());
    }

    /**
     * The object's bytes, held against the digest it was stored with.
     *
     * @throws ObjectStoreException.Missing if there is none
     * @throws ObjectStoreException.TooLarge if it has more than {@code maxBytes} bytes; no more than that is read
     * @throws ObjectStoreException.Corrupted if the bytes do not match
     */
    public byte[] get(String key, long maxBytes) {
        int limit = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
        try (GetObjectResponse response = s3.open(key)) {
            byte[] data = response.readNBytes(limit);
            if (response.read() >= 0) {
                throw new ObjectStoreException.TooLarge(key, maxBytes);
            }
            Optional<String> noted = S3.digest(response.headers());
            if (noted.isPresent()) {
                check(key, noted.get(), Digests.sha256(data));
            }
            return data;
        } catch (IOException e) {
            throw S3.unavailable(key, e);
        }
    }

    /**
     * The object as a file of {@code dir}, named by its digest. A file that is already there is used again after its
     * digest was checked once in this process; a file that does not match is replaced.
     *
     * @param sha256 the digest the bytes must have
     * @throws ObjectStoreException.Missing if there is no such object
     * @throws ObjectStoreException.Corrupted if its bytes are others; no file is left behind
     */
    public Path fetch(String key, String sha256, Path dir) {
        Path target = dir.resolve(Digests.hex(sha256)).toAbsolutePath();
        try {
            if (Files.exists(target)) {
                if (verified.contains(target) || Digests.sha256(target).equals(sha256)) {
                    verified.add(target);
                    return target;
                }
            }
            Files.createDirectories(dir);
            Path part = Files.createTempFile(dir, "fetch-", ".part");
            try {
                check(key, sha256, download(key, part));
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            verified.add(target);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Copies an object that somebody else keeps, in any bucket of the same server, to a file.
     *
     * @throws ObjectStoreException.Missing if there is no such object or bucket
     * @throws ObjectStoreException.TooLarge if it has more than {@code maxBytes} bytes; the file holds a part then
     */
    public void copy(String bucket, String key, Path target, long maxBytes) throws IOException {
        byte[] chunk = new byte[1 << 16];
        long bytes = 0;
        try (InputStream in = s3.open(bucket, key);
                OutputStream out = Files.newOutputStream(target)) {
            for (int n = read(key, in, chunk); n >= 0; n = read(key, in, chunk)) {
                bytes += n;
                if (bytes > maxBytes) {
                    throw new ObjectStoreException.TooLarge(key, maxBytes);
                }
                out.write(chunk, 0, n);
            }
        }
    }

    private String download(String key, Path target) throws IOException {
        MessageDigest digest = Digests.newDigest();
        byte[] chunk = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(target);
                InputStream in = s3.open(key)) {
            for (int n = read(key, in, chunk); n >= 0; n = read(key, in, chunk)) {
                digest.update(chunk, 0, n);
                out.write(chunk, 0, n);
            }
        }
        return Digests.format(digest.digest());
    }

    /** Tells a connection that broke from a disk that is full. */
    private static int read(String key, InputStream in, byte[] chunk) {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw S3.unavailable(key, e);
        }
    }

    public boolean exists(String key) {
        return s3.stat(key).isPresent();
    }

    /**
     * The first keys that start with {@code prefix}, in ascending order, at most {@code limit}. A server that was killed
     * may list an unfinished upload; only what an event or a row names is sure to be whole.
     */
    public List<String> keys(String prefix, int limit) {
        return s3.keys(prefix, limit);
    }

    /** Removes an object; that there is none is fine. */
    public void delete(String key) {
        s3.delete(key);
    }

    private static void check(String key, String expected, String found) {
        if (!expected.equals(found)) {
            throw new ObjectStoreException.Corrupted(key, expected, found);
        }
    }
}
