package io.concordance.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * Chooses loopback ports and remembers them in a file, so that what is restarted answers where its clients still look for
 * it. A choice is a promise only until somebody else binds the port: there is a short gap
 * between choosing and binding.
 */
public final class PortBook {
    private final Path file;
    private final Properties remembered = new Properties();
    private final Set<Integer> taken = new HashSet<>();

    private PortBook(Path file) {
        this.file = file;
    }

    /** Opens the book kept in {@code file}; a missing file is an empty book. */
    public static PortBook open(Path file) throws IOException {
        PortBook book = new PortBook(file);
        if (Files.exists(book.file)) {
            try (var in = Files.newBufferedReader(book.file)) {
                book.remembered.load(in);
            }
        }
        return book;
    }

    /**
     * Picks the port for one listener: the one asked for, else the one remembered, else any free one.
     *
     * @param asked 1 to 65535, or 0 for no preference
     * @throws IOException if {@code asked} is in use
     */
    public int choose(String listener, int asked) throws IOException {
        int before = Integer.parseInt(remembered.getProperty(listener, "0"));
        int port;
        if (asked != 0) {
            if (!isFree(asked)) {
                throw new IOException(listener + " port " + asked + " is in use");
            }
            port = asked;
        } else if (before != 0 && isFree(before)) {
            port = before;
        } else {
            port = anyFree();
        }
        taken.add(port);
        remembered.setProperty(listener, Integer.toString(port));
        return port;
    }

    /** Writes the choices down. */
    public void save() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String listener : new TreeSet<>(remembered.stringPropertyNames())) {
            text.append(listener)
                    .append('=')
                    .append(remembered.getProperty(listener))
                    .append('\n');
        }
        PrivateFiles.write(file, text.toString());
    }

    private int anyFree() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (!taken.contains(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    private boolean isFree(int port) {
        if (taken.contains(port)) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers themselves do: connections that linger in TIME_WAIT must not block a restart.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
