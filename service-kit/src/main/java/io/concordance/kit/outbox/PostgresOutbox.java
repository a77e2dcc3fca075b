package io.concordance.kit.outbox;

import io.concordance.kit.trace.Traces;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The outbox table as the relay sees it. All calls share the relay's transaction. */
final class PostgresOutbox {
    private PostgresOutbox() {}

    /** Takes the relay's place until the transaction ends; false while another relay of this schema has it. */
    static boolean tryLock(Handle handle) {
        return handle.createQuery(
                        "select pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.outbox', 0))")
                .mapTo(Boolean.class)
                .one();
    }

    /** The oldest rows, in id order. */
    static List<Row> oldest(Handle handle, int limit) {
        return handle.createQuery("""
                        select id, topic, record_key, event_id, source, type, time, data, trace_parent
                        from outbox order by id limit :limit
                        """)
                .bind("limit", limit)
                .map((row, context) -> new Row(
                        row.getLong("id"),
                        row.getString("topic"),
                        row.getString("record_key"),
                        row.getString("event_id"),
                        row.getString("source"),
                        row.getString("type"),
                        row.getTimestamp("time").toInstant(),
                        row.getString("data"),
                        row.getString("trace_parent")))
                .list();
    }

    static void delete(Handle handle, List<Long> ids) {
        handle.createUpdate("delete from outbox where id = any(:ids)")
                .bindArray("ids", Long.class, ids)
                .execute();
    }

    /**
     * One event on its way out.
     *
     * @param traceParent context of the span that it was added in, null where none was
     */
    record Row(
            long id,
            String topic,
            String key,
            String eventId,
            String source,
            String type,
            Instant time,
            String data,
            @Nullable String traceParent) {

        ProducerRecord<String, byte[]> toRecord() {
            ProducerRecord<String, byte[]> message =
                    new ProducerRecord<>(topic, key, data.getBytes(StandardCharsets.UTF_8));
            header(message, "ce_specversion", "1.0");
            header(message, "ce_id", eventId);
            header(message, "ce_source", source);
            header(message, "ce_type", type);
            header(message, "ce_subject", key);
            header(message, "ce_time", time.toString());
            header(message, "content-type", "application/json");
            if (traceParent != null) {
                header(message, Traces.PARENT, traceParent);
            }
            return message;
        }

        private static void header(ProducerRecord<String, byte[]> message, String name, String value) {
            message.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }
}
