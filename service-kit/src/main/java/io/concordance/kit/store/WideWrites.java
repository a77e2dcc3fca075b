package io.concordance.kit.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that hand the system many kilobytes at once. The HTTP client writes 8 KiB at a time, and a system call for each
 * costs more than the bytes in it. The client flushes at the end of a request.
 */
final class WideWrites extends SocketFactory {
    private static final int BYTES = 1 << 17;

    @Override
    public Socket createSocket() {
        return new WideSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        throw connected();
    }

    private static IOException connected() {
        return new IOException("the HTTP client connects its sockets itself");
    }

    private static final class WideSocket extends Socket {
        private @Nullable OutputStream wide;

        @Override
        public synchronized OutputStream getOutputStream() throws IOException {
            OutputStream stream = wide;
            if (stream == null) {
                stream = new BufferedOutputStream(super.getOutputStream(), BYTES);
                wide = stream;
            }
            return stream;
        }
    }
}
