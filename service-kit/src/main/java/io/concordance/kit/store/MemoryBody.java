package io.concordance.kit.store;

import io.concordance.contracts.digest.Digests;
import io.minio.Http;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import okhttp3.MediaType;
import okio.BufferedSink;

/** The body of a request that is sent from memory as it lies there, without a copy of the whole. */
final class MemoryBody extends Http.Body {
    private static final byte[] NOTHING = new byte[0];
    private static final int CHUNK = 1 << 16;

    private final MemorySegment data;
    private final MediaType type;

    /** @param sha256 of the data, what the request is signed with */
    MemoryBody(MemorySegment data, String sha256, MediaType type) {
        super(NOTHING, 0, type, Digests.hex(sha256), null);
        this.data = data;
        this.type = type;
    }

    @Override
    public Http.RequestBody toRequestBody() {
        return new Http.RequestBody(NOTHING, 0, type, toString()) {
            @Override
            public long contentLength() {
                return data.byteSize();
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                byte[] chunk = new byte[(int) Math.min(CHUNK, data.byteSize())];
                for (long at = 0; at < data.byteSize(); at += chunk.length) {
                    int n = (int) Math.min(chunk.length, data.byteSize() - at);
                    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
                    sink.write(chunk, 0, n);
                }
            }
        };
    }
}
