package io.concordance.kit.store;

import io.minio.BucketExistsArgs;
import io.minio.Checksum;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import okhttp3.Headers;

/** The few S3 calls the platform makes. */
@ApplicationScoped
class S3 {
    /** A server may hold one whole part in memory, so parts stay small. */
    static final long PART_BYTES = 16L << 20;

    private static final String DIGEST = "sha256";
    private static final String NOTED_DIGEST = "x-amz-meta-" + DIGEST;
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(60);
    private static final Set<String> TAKEN = Set.of("PreconditionFailed", "ConditionalRequestConflict");

    private final WriteOnceClient client;
    private final String bucket;
    private final String region;

    S3(S3Settings settings) {
        this.bucket = settings.bucket();
        this.region = settings.region();
        this.client = new WriteOnceClient(MinioAsyncClient.builder()
                .endpoint(settings.endpoint())
                .credentials(settings.accessKey(), settings.secretKey())
                .region(settings.region())
                .build());
        client.setTimeout(CONNECT_PATIENCE.toMillis(), TRANSFER_PATIENCE.toMillis(), TRANSFER_PATIENCE.toMillis());
    }

    String bucket() {
        return bucket;
    }

    /**
     * Creates an object of at most {@link #PART_BYTES} in one request; false if the key is taken. The object's digest is
     * also what the request is signed with, so that bytes are read once here and compared by the server.
     *
     * @param data no longer read when this returns
     */
    boolean put(StoredObject object, MemorySegment data, String contentType) {
        Http.Headers headers = new Http.Headers(NOTED_DIGEST, object.sha256());
        return created(object, client.create(bucket, object, data, headers, contentType));
    }

    /** Creates an object of any size, of which nothing is seen until it is whole; false if the key is taken. */
    boolean putInParts(StoredObject object, InputStream data, String contentType) {
        PutObjectArgs args = PutObjectArgs.builder().bucket(bucket).object(object.key()).stream(
                        data, object.bytes(), PART_BYTES)
                .contentType(contentType)
                // The client's own default is computed byte by byte; this one by the processor.
                .checksum(Checksum.Algorithm.CRC32)
                .userMetadata(Map.of(DIGEST, object.sha256()))
                .build();
        return created(object, client.putObject(args));
    }

    private static boolean created(StoredObject object, CompletableFuture<?> answer) {
        try {
            await(answer);
            return true;
        } catch (ErrorResponseException e) {
            if (e.response().code() == 412 || TAKEN.contains(e.errorResponse().code())) {
                return false;
            }
            throw unavailable(object.key(), e);
        } catch (MinioException e) {
            throw unavailable(object.key(), e);
        }
    }

    GetObjectResponse open(String key) {
        return open(bucket, key);
    }

    GetObjectResponse open(String bucket, String key) {
        try {
            return await(client.getObject(
                    GetObjectArgs.builder().bucket(bucket).object(key).build()));
        } catch (ErrorResponseException e) {
            throw isMissing(e) ? new ObjectStoreException.Missing(key) : unavailable(key, e);
        } catch (MinioException e) {
            throw unavailable(key, e);
        }
    }

    Optional<StatObjectResponse> stat(String key) {
        try {
            return Optional.of(await(client.statObject(
                    StatObjectArgs.builder().bucket(bucket).object(key).build())));
        } catch (ErrorResponseException e) {
            if (isMissing(e)) {
                return Optional.empty();
            }
            throw unavailable(key, e);
        } catch (MinioException e) {
            throw unavailable(key, e);
        }
    }

    /** Keys that start with {@code prefix}, in the order of their UTF-8 bytes; at most {@code limit}. */
    List<String> keys(String prefix, int limit) {
        List<String> keys = new ArrayList<>();
        try {
            for (Result<Item> item : client.listObjects(ListObjectsArgs.builder()
                    .bucket(bucket)
                    .prefix(prefix)
                    .recursive(true)
                    .build())) {
                if (keys.size() == limit) {
                    break;
                }
                keys.add(item.get().objectName());
            }
            return keys;
        } catch (MinioException e) {
            throw unavailable(prefix + "*", e);
        }
    }

    void delete(String key) {
        try {
            await(client.removeObject(
                    RemoveObjectArgs.builder().bucket(bucket).object(key).build()));
        } catch (MinioException e) {
            throw unavailable(key, e);
        }
    }

    boolean bucketExists() {
        try {
            return await(client.bucketExists(
                    BucketExistsArgs.builder().bucket(bucket).build()));
        } catch (MinioException e) {
            throw new ObjectStoreException("bucket " + bucket + ": " + e.getMessage(), e);
        }
    }

    void makeBucket() {
        if (bucketExists()) {
            return;
        }
        try {
            await(client.makeBucket(
                    MakeBucketArgs.builder().bucket(bucket).region(region).build()));
        } catch (MinioException e) {
            // Another service may have made it since.
            if (!bucketExists()) {
                throw new ObjectStoreException("bucket " + bucket + ": " + e.getMessage(), e);
            }
        }
    }

    /** The digest an object was stored with. */
    static Optional<String> digest(Headers headers) {
        return Optional.ofNullable(headers.get(NOTED_DIGEST));
    }

    static ObjectStoreException unavailable(String key, Throwable cause) {
        return new ObjectStoreException("object " + key + ": " + cause.getMessage(), cause);
    }

    private static <T> T await(CompletableFuture<T> answer) throws MinioException {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof MinioException cause ? cause : new MinioException(e.getCause());
        }
    }

    private static boolean isMissing(ErrorResponseException e) {
        return e.errorResponse().code().equals("NoSuchKey") || e.response().code() == 404;
    }
}
