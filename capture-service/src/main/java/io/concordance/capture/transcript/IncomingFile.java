package io.concordance.capture.transcript;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/** A stream that is copied to a file and hashed as it is read, up to a limit. */
final class IncomingFile extends InputStream {
    private final InputStream source;
    private final OutputStream copy;
    private final MessageDigest digest = Digests.newDigest();
    private final long limit;
    private long bytes;

    IncomingFile(InputStream source, Path copy, long limit) throws IOException {
        this.source = source;
        this.copy = Files.newOutputStream(copy);
        this.limit = limit;
    }

    /** Bytes read so far. */
    long bytes() {
        return bytes;
    }

    /** Digest of everything that arrived; call once, at the end. */
    String finish() throws IOException {
        copy.close();
        return Digests.format(digest.digest());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = source.read(target, offset, length);
        if (n > 0) {
            bytes += n;
            if (bytes > limit) {
                throw new FieldProblem("transcripts", null, "at most " + limit + " bytes");
            }
            digest.update(target, offset, n);
            copy.write(target, offset, n);
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        copy.close();
    }
}
