package io.concordance.bench.pull;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks for one document again and again over one kept connection: HTTP/1.1 and no more, so that it costs little itself. */
final class Getter implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final byte[] sink = new byte[1 << 16];

    /**
     * What came back.
     *
     * @param bytes of the body
     */
    record Answer(int status, long bytes, @Nullable String etag) {}

    Getter(URI server) throws IOException {
        this.socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** The bytes of a request; {@code etag} makes it conditional. */
    static byte[] request(String path, @Nullable String etag) {
        String condition = etag == null ? "" : "If-None-Match: " + etag + "\r\n";
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + condition + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    Answer get(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        long length = status == 304 ? 0 : -1;
        String etag = null;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String name = header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT);
            String value = header.substring(header.indexOf(':') + 1).strip();
            if (name.equals("content-length") && status != 304) {
                length = Long.parseLong(value);
            } else if (name.equals("etag")) {
                etag = value;
            }
        }
        if (length < 0) {
            throw new IOException("an answer without its length");
        }
        for (long left = length; left > 0; ) {
            int read = in.read(sink, 0, (int) Math.min(left, sink.length));
            if (read < 0) {
                throw new IOException("the connection ended in a body");
            }
            left -= read;
        }
        return new Answer(status, length, etag);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended in a header");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
