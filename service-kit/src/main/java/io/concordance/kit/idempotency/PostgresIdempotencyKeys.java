package io.concordance.kit.idempotency;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The table of keys; every call is part of the request's transaction. */
final class PostgresIdempotencyKeys {
    private PostgresIdempotencyKeys() {}

    /** Takes the key until the transaction ends; false while another request holds it. */
    static boolean tryLock(Handle handle, String operation, String key) {
        return handle.createQuery("""
                        select pg_try_advisory_xact_lock(
                            hashtextextended(current_schema() || '.idempotency:' || :operation || ' ' || :key, 0))
                        """)
                .bind("operation", operation)
                .bind("key", key)
                .mapTo(Boolean.class)
                .one();
    }

    static void deleteExpired(Handle handle) {
        handle.execute("delete from idempotency_key where created_at < now() - interval '24 hours'");
    }

    static Optional<Answer> find(Handle handle, String operation, String key) {
        return handle.createQuery("""
                        select body_sha256, status, location, body from idempotency_key
                        where operation = :operation and key = :key
                        """)
                .bind("operation", operation)
                .bind("key", key)
                .map((row, context) -> new Answer(
                        row.getString("body_sha256"),
                        row.getInt("status"),
                        row.getString("location"),
                        row.getString("body")))
                .findOne();
    }

    static void save(Handle handle, String operation, String key, Answer answer) {
        handle.createUpdate("""
                        insert into idempotency_key (operation, key, body_sha256, status, location, body)
                        values (:operation, :key, :request, :status, :location, :body)
                        """)
                .bind("operation", operation)
                .bind("key", key)
                .bind("request", answer.requestSha256())
                .bind("status", answer.status())
                .bind("location", answer.location())
                .bind("body", answer.body())
                .execute();
    }

    /**
     * What a request was answered.
     *
     * @param requestSha256 digest of the request it answers
     * @param body JSON, or null when there was none
     */
    record Answer(
            String requestSha256,
            int status,
            @Nullable String location,
            @Nullable String body) {}
}
