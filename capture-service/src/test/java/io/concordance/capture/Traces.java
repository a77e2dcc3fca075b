package io.concordance.capture;

import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.Result;
import io.minio.messages.Item;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jdbi.v3.core.Jdbi;

/** Everything the service keeps: row counts by table, and the keys in the bucket. */
record Traces(Map<String, Long> rows, TreeSet<String> objects) {

    static Traces now(Jdbi jdbi) {
        Map<String, Long> rows = new TreeMap<>();
        for (String table : new String[] {"model", "transcript_file", "capture_job", "slice"}) {
            rows.put(
                    table,
                    jdbi.withHandle(h -> h.createQuery("select count(*) from " + table)
                            .mapTo(Long.class)
                            .one()));
        }
        return new Traces(rows, keys(""));
    }

    static boolean outboxIsEmpty() {
        return CDI.current()
                .select(Jdbi.class)
                .get()
                .withHandle(h -> h.createQuery("select count(*) = 0 from outbox")
                        .mapTo(Boolean.class)
                        .one());
    }

    static TreeSet<String> keys(String prefix) {
        MinioClient client = MinioClient.builder()
                .endpoint(setting("endpoint"))
                .credentials(setting("access-key"), setting("secret-key"))
                .build();
        return keys(client, setting("bucket"), prefix);
    }

    static TreeSet<String> keys(MinioClient client, String bucket, String prefix) {
        TreeSet<String> keys = new TreeSet<>();
        try {
            for (Result<Item> item : client.listObjects(ListObjectsArgs.builder()
                    .bucket(bucket)
                    .prefix(prefix)
                    .recursive(true)
                    .build())) {
                keys.add(item.get().objectName());
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return keys;
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue("concordance.s3." + name, String.class);
    }
}
