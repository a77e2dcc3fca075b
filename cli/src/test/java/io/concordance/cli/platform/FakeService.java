package io.concordance.cli.platform;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stands for a service: answers the probes, as not alive after {@code /break}, and {@code /env/NAME} with that variable. */
final class FakeService {
    private FakeService() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(System.getenv("QUARKUS_HTTP_PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress(System.getenv("QUARKUS_HTTP_HOST"), port), 0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        AtomicBoolean broken = new AtomicBoolean();
        server.createContext("/break", exchange -> {
            broken.set(true);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/q/health/live", exchange -> {
            exchange.sendResponseHeaders(broken.get() ? 503 : 200, -1);
            exchange.close();
        });
        server.createContext("/env/", exchange -> {
            String name = exchange.getRequestURI().getPath().substring("/env/".length());
            byte[] value = System.getenv().getOrDefault(name, "").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, value.length == 0 ? -1 : value.length);
            exchange.getResponseBody().write(value);
            exchange.close();
        });
        server.start();
    }
}
