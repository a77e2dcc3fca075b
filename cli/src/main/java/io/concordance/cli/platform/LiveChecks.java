package io.concordance.cli.platform;

import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/** Asks a part itself whether it answers, within two seconds. */
final class LiveChecks {
    private static final int PATIENCE_MILLIS = 2000;

    private LiveChecks() {}

    static String kafkaUrl(StackEndpoints endpoints) {
        return "kafka://" + endpoints.kafka().bootstrapServers();
    }

    static String postgresUrl(StackEndpoints endpoints) {
        return endpoints.postgres().jdbcUrl().substring("jdbc:".length());
    }

    /** True when the service's readiness probe says 200. */
    static boolean serviceIsReady(String url) {
        return status(url + "/q/health/ready") == HttpURLConnection.HTTP_OK;
    }

    /** True when the service itself says that only another start can mend it. No answer is not that. */
    static boolean serviceAsksForRestart(String url) {
        return status(url + "/q/health/live") == HttpURLConnection.HTTP_UNAVAILABLE;
    }

    /** -1 where nothing answers. */
    private static int status(String url) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            connection.setUseCaches(false);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return -1;
        }
    }

    /** True when something accepts connections at the address. */
    static boolean accepts(String url) {
        URI address = URI.create(url);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
