package io.concordance.kit.store;

import io.minio.CompleteMultipartUploadArgs;
import io.minio.MinioAsyncClient;
import io.minio.ObjectWriteResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Completes an upload in parts only if the key is free. The client puts the headers of an upload on its beginning, where
 * the server cannot know yet; the condition belongs on its end.
 */
final class WriteOnceClient extends MinioAsyncClient {
    static final Map<String, String> IF_ABSENT = Map.of("If-None-Match", "*");

    WriteOnceClient(MinioAsyncClient client) {
        super(client);
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
