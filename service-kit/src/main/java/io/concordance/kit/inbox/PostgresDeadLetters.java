package io.concordance.kit.inbox;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Records that no repetition would make acceptable, kept for a person to look at. */
final class PostgresDeadLetters {
    private PostgresDeadLetters() {}

    static void save(Handle handle, ConsumerRecord<?, ?> message, @Nullable String reason) {
        handle.createUpdate("""
                        insert into dead_letter (topic, partition_id, record_offset, record_key, headers, value, reason)
                        values (:topic, :partition, :offset, :key, :headers, :value, :reason)
                        on conflict do nothing
                        """)
                .bind("topic", message.topic())
                .bind("partition", message.partition())
                .bind("offset", message.offset())
                .bind("key", message.key() == null ? null : message.key().toString())
                .bind("headers", headers(message))
                .bind("value", message.value() instanceof byte[] bytes ? bytes : null)
                .bind("reason", reason)
                .execute();
    }

    private static String headers(ConsumerRecord<?, ?> message) {
        StringBuilder lines = new StringBuilder();
        for (Header header : message.headers()) {
            lines.append(header.key())
                    .append(": ")
                    .append(header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8))
                    .append('\n');
        }
        // PostgreSQL text cannot hold NUL.
        return lines.toString().replace("\0", "\uFFFD");
    }
}
