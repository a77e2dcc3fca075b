package io.concordance.kit.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a server that lets so many bytes through and then no more. Closing it breaks its connections. */
final class HeldWire implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong left;

    private HeldWire(long bytes) throws IOException {
        left = new AtomicLong(bytes);
    }

    /** @param bytes that clients may send, over all connections */
    static HeldWire to(String endpoint, long bytes) throws IOException {
        HeldWire wire = new HeldWire(bytes);
        URI server = URI.create(endpoint);
        Thread.ofVirtual().start(() -> wire.accept(server));
        return wire;
    }

    String endpoint() {
        return "http://127.0.0.1:" + door.getLocalPort();
    }

    void awaitHeld() throws InterruptedException {
        assertThat(held.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private void accept(URI server) {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                open.add(client);
                relay(client, server);
            } catch (IOException e) {
                // The door is closed.
            }
        }
    }

    private void relay(Socket client, URI server) throws IOException {
        try {
            Socket upstream = new Socket(server.getHost(), server.getPort());
            open.add(upstream);
            Thread.ofVirtual().start(() -> pass(client, upstream, true));
            Thread.ofVirtual().start(() -> pass(upstream, client, false));
        } catch (IOException e) {
            // The server is away.
            client.close();
        }
    }

    private void pass(Socket from, Socket to, boolean counted) {
        byte[] chunk = new byte[1 << 14];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (counted && left.addAndGet(-n) < 0) {
                    held.countDown();
                    closed.await();
                    return;
                }
                out.write(chunk, 0, n);
            }
        } catch (IOException e) {
            // Broken at either end; closing both is all there is to do.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        closed.countDown();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
