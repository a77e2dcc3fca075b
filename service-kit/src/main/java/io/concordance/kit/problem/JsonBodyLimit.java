package io.concordance.kit.problem;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Refuses JSON bodies that are larger than any request needs. What is uploaded as files or as lines is read as a stream
 * and has limits of its own.
 */
public class JsonBodyLimit {
    private final long limit;

    JsonBodyLimit(@ConfigProperty(name = "concordance.http.json-bytes", defaultValue = "8388608") long limit) {
        this.limit = limit;
    }

    /** 413 for a body that says it is too large; one that does not say is read up to the limit. */
    @ServerRequestFilter
    public void limit(ContainerRequestContext request) {
        MediaType type = request.getMediaType();
        if (type == null || !type.getSubtype().endsWith("json")) {
            return;
        }
        String length = request.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > limit) {
            throw tooLarge();
        }
        if (length == null) {
            request.setEntityStream(new Limited(request.getEntityStream()));
        }
    }

    private ProblemException tooLarge() {
        return new ProblemException(
                413,
                ProblemTypes.TOO_LARGE,
                "Too large",
                "A JSON body has at most " + limit + " bytes (concordance.http.json-bytes).");
    }

    private final class Limited extends FilterInputStream {
        private long left = limit;

        Limited(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = super.read(target, offset, length);
            count(Math.max(0, n));
            return n;
        }

        private void count(int bytes) {
            left -= bytes;
            if (left < 0) {
                throw tooLarge();
            }
        }
    }
}
