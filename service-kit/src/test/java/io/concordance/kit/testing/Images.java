package io.concordance.kit.testing;

import java.util.List;
import java.util.Map;

/**
 * The images that {@link ContainerParts} are made of, from the variables that {@code deploy/compose.yaml} has too; what is
 * not set is as there.
 *
 * @param objectStoreCommand what the S3 server's image is told, which depends on the server: it listens on port 8333
 * @param services what stands before {@code /capture-service:0.1.0} and so on
 */
record Images(String kafka, String objectStore, List<String> objectStoreCommand, String postgres, String services) {

    static Images of(Map<String, String> environment) {
        return new Images(
                environment.getOrDefault("IMAGE_KAFKA", "apache/kafka:4.3.1"),
                environment.getOrDefault("IMAGE_OBJECT_STORE", "chrislusf/seaweedfs:4.47"),
                List.of(environment
                        .getOrDefault(
                                "OBJECT_STORE_COMMAND",
                                "server -dir=/data -ip.bind=0.0.0.0 -volume.max=0 -master.volumeSizeLimitMB=1024 -s3 -s3.port=8333 -s3.config=/s3.json")
                        .split(" ")),
                environment.getOrDefault("IMAGE_POSTGRES", "postgres:18.6"),
                environment.getOrDefault("IMAGE_SERVICES", "concordance"));
    }

    String service(String module) {
        return services + "/" + module + ":0.1.0";
    }
}
