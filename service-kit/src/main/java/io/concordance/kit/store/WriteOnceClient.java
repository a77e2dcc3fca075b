package io.concordance.kit.store;

import io.minio.CompleteMultipartUploadArgs;
import io.minio.Http;
import io.minio.MinioAsyncClient;
import io.minio.ObjectWriteResponse;
import io.minio.PutObjectAPIArgs;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import okhttp3.MediaType;
import okhttp3.Response;

/**
 * Creates objects only where the key is free, from memory as it lies there. Completes an upload in parts only if the key is free. The client puts the headers of an upload on its beginning, where
 * the server cannot know yet; the condition belongs on its end.
 */
final class WriteOnceClient extends MinioAsyncClient {
    static final Map<String, String> IF_ABSENT = Map.of("If-None-Match", "*");

    WriteOnceClient(MinioAsyncClient client) {
        super(client);
        httpClient = httpClient.newBuilder().socketFactory(new WideWrites()).build();
    }

    /**
     * Creates an object in one request, which the server refuses if the key is taken.
     *
     * @param data no longer read when this is done
     */
    CompletableFuture<Void> create(
            String bucket, StoredObject object, MemorySegment data, Http.Headers headers, String contentType) {
        PutObjectAPIArgs where = PutObjectAPIArgs.builder()
                .bucket(bucket)
                .object(object.key())
                .data(new byte[0], 0)
                .build();
        Http.Headers all = Http.Headers.merge(new Http.Headers(IF_ABSENT), headers);
        MemoryBody body = new MemoryBody(data, object.sha256(), MediaType.get(contentType));
        return executePutAsync(where, all, null, body).thenAccept(Response::close);
    }

    @Override
    public CompletableFuture<ObjectWriteResponse> completeMultipartUpload(CompleteMultipartUploadArgs args) {
        return super.completeMultipartUpload(CompleteMultipartUploadArgs.builder()
                .bucket(args.bucket())
                .region(args.region())
                .object(args.object())
                .uploadId(args.uploadId())
                .parts(args.parts())
                .extraHeaders(IF_ABSENT)
                .build());
    }
}
