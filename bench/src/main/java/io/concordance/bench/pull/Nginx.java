package io.concordance.bench.pull;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** nginx, where it is installed, serving the files of a folder. */
final class Nginx implements AutoCloseable {
    private static final int START_SECONDS = 10;

    private final Process process;
    private final URI address;

    private Nginx(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Empty where nginx is not installed. */
    static Optional<Nginx> start(Path root, Path work) throws IOException, InterruptedException {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        Optional<Path> program = Stream.of(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path config = work.resolve("nginx.conf");
        // Started by root it would serve as another user, who cannot read the folder.
        String user = System.getProperty("user.name", "");
        Files.writeString(config, (user.equals("root") ? "user root; " : "") + """
                daemon off; worker_processes auto; pid %1$s/nginx.pid; error_log %1$s/nginx.log;
                events { worker_connections 256; }
                http {
                  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; etag on;
                  open_file_cache max=100; types { application/json json; }
                  client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
                  server { listen 127.0.0.1:%2$d; root %3$s; }
                }
                """.formatted(work, port, root));
        Process process = new ProcessBuilder(
                        program.orElseThrow().toString(), "-c", config.toString(), "-p", work.toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("nginx.out").toFile())
                .start();
        Nginx nginx = new Nginx(process, URI.create("http://127.0.0.1:" + port));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!nginx.answers()) {
            if (!process.isAlive() || System.nanoTime() > until) {
                nginx.close();
                throw new IOException("nginx does not start: " + Files.readString(work.resolve("nginx.out")));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return Optional.of(nginx);
    }

    URI address() {
        return address;
    }

    private boolean answers() {
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
