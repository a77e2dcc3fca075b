package io.concordance.bench.pages;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.kit.store.ObjectStore;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Gives a feature that has been labelled many times the examples that it has, as labelling would lay them down. */
final class ManyExamples {
    private static final long MOST_BYTES = 256L << 20;

    private ManyExamples() {}

    /**
     * @param data directory of the platform
     * @param count how many examples its tab of the strongest has from then on
     */
    static void plant(Path data, String uid, int count) throws IOException, SQLException {
        StackEndpoints stack = StackEndpoints.read(data);
        StackEndpoints.S3 s3 = stack.s3();
        StackEndpoints.Postgres postgres = stack.postgres();
        ObjectStore store = ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket());
        try (Connection connection =
                DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password())) {
            byte[] planted = planted(connection, store, uid, count);
            String key = "examples/many/" + Digests.hex(Digests.sha256(planted)) + ".json";
            store.putIfAbsent(key, planted, "application/json");
            try (PreparedStatement update =
                    connection.prepareStatement("update autointerp.feature set examples_key = ? where uid = ?")) {
                update.setString(1, key);
                update.setString(2, uid);
                update.executeUpdate();
            }
        }
    }

    /** The object that has the feature's examples, with more of them. */
    private static byte[] planted(Connection connection, ObjectStore store, String uid, int count) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select index, examples_key from autointerp.feature where uid = ?")) {
            query.setString(1, uid);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException(uid + " has not been labelled");
                }
                ObjectNode block = Json.read(store.get(row.getString(2), MOST_BYTES), ObjectNode.class);
                ArrayNode top =
                        (ArrayNode) block.path(Integer.toString(row.getInt(1))).path("top");
                int own = top.size();
                for (int i = own; i < count; i++) {
                    ObjectNode more = top.path(i % own).deepCopy();
                    top.add(more.put("document", "more-" + i));
                }
                return Json.bytes(block);
            }
        }
    }
}
