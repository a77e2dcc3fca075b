package io.concordance.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The way to an object store, on which one request to write can be held up: the store never sees it. */
final class HeldStore implements AutoCloseable {
    private static final int NONE = -1;

    private final URI store;
    private final ServerSocket server;
    private final String part;
    private final AtomicInteger left = new AtomicInteger(NONE);
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean held;

    /** @param part of the keys whose writes can be held up */
    HeldStore(String store, String part) throws IOException {
        this.store = URI.create(store);
        this.part = part;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Signatures name the address that was asked, and the store believes the one in the request. */
    String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** Holds up the write after so many others. */
    void holdAfter(int writes) {
        held = false;
        left.set(writes);
    }

    void letGo() {
        left.set(NONE);
    }

    boolean holds() {
        return held;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket far = new Socket(store.getHost(), store.getPort());
                open.add(client);
                open.add(far);
                Thread.ofVirtual().start(() -> pump(client, far, true));
                Thread.ofVirtual().start(() -> pump(far, client, false));
            } catch (IOException e) {
                // the server is closed, or the store is; whoever asked sees the connection end
            }
        }
    }

    private void pump(Socket from, Socket to, boolean asks) {
        byte[] chunk = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (asks && isHeld(chunk, n)) {
                    held = true;
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                out.write(chunk, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            // either side was killed
        }
    }

    /** A request's head comes at the beginning of what is read: a client sends none before the last was answered. */
    private boolean isHeld(byte[] chunk, int length) {
        String head = new String(chunk, 0, Math.min(length, 1024), StandardCharsets.ISO_8859_1);
        return head.startsWith("PUT ")
                && head.lines().findFirst().orElse("").contains(part)
                && left.get() != NONE
                && left.getAndDecrement() == 0;
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Closeable socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
