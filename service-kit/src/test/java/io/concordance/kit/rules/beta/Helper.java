package io.concordance.kit.rules.beta;

import io.concordance.kit.rules.alpha.AlphaResource;
import io.minio.MinioClient;
import jakarta.ws.rs.core.Response;
import java.sql.Connection;
import org.eclipse.microprofile.reactive.messaging.Incoming;

public class Helper {
    AlphaResource resource;
    Response response;
    Connection connection;
    MinioClient client;

    @Incoming("nowhere")
    void on(String message) {}
}
