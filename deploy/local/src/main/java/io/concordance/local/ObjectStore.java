package io.concordance.local;

import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server that keeps each object as one file below its directory, with the object's metadata in extended
 * attributes. An acknowledged object survives a crash of the process; nothing is synced to disk, so it may not survive
 * a power cut.
 */
final class ObjectStore implements AutoCloseable {
    private final S3Proxy server;

    private ObjectStore(S3Proxy server) {
        this.server = server;
    }

    /** Serves {@code directory}, with {@code bucket} made if missing and unfinished uploads removed. */
    static ObjectStore start(Path directory, String bucket, int port, String accessKey, String secretKey)
            throws Exception {
        // The server lists nothing and fails multipart uploads when its directory is relative.
        Path root = PrivateFiles.directory(directory.toAbsolutePath());
        PrivateFiles.directory(root.resolve(bucket));
        PartialUploads.sweep(root);
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(root.toString()))
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey)
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(32)
                .build();
        server.start();
        return new ObjectStore(server);
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
