package io.concordance.kit.outbox;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/**
 * Where events are put that must be published if, and only if, a transaction commits. They reach Kafka at least once,
 * those of one key in the order they were added; a repeat carries the same CloudEvent id.
 *
 * <p>"The order they were added" is the order of transactions that follow one another. Two transactions that overlap
 * have no order.
 */
@ApplicationScoped
public class Outbox {
    /** Below the broker's default limit of 1 MiB a record, with room for key and headers. Bigger things go by reference. */
    static final int MAX_DATA_BYTES = 900 * 1024;

    private static final int MAX_KEY_CHARS = 512;

    private final Semaphore awake = new Semaphore(0);

    /**
     * Adds an event to the caller's transaction.
     *
     * @throws IllegalArgumentException if its data is over 900 KiB or its key is empty or over 512 characters
     */
    public void add(Handle handle, Event<?> event) {
        if (!handle.isInTransaction()) {
            throw new IllegalStateException("an event is added in the transaction that makes it true; there is none");
        }
        byte[] data = Json.bytes(event.data());
        if (data.length > MAX_DATA_BYTES) {
            throw new IllegalArgumentException(
                    event.type() + " data: given " + data.length + " bytes, allowed " + MAX_DATA_BYTES);
        }
        int keyChars = event.key().length();
        if (keyChars == 0 || keyChars > MAX_KEY_CHARS) {
            throw new IllegalArgumentException(
                    event.type() + " key: given " + keyChars + " characters, allowed 1 to " + MAX_KEY_CHARS);
        }
        handle.createUpdate("""
                        insert into outbox (topic, record_key, event_id, source, type, time, data)
                        values (:topic, :key, :id, :source, :type, :time, :data)
                        """)
                .bind("topic", event.topic())
                .bind("key", event.key())
                .bind("id", event.id())
                .bind("source", event.source())
                .bind("type", event.type())
                .bind("time", event.time())
                .bind("data", new String(data, StandardCharsets.UTF_8))
                .execute();
        handle.afterCommit(this::wake);
    }

    /** Tells the relay that there is something to publish. It would find out by itself within 100 ms. */
    public void wake() {
        if (awake.availablePermits() == 0) {
            awake.release();
        }
    }

    /** Returns after {@link #wake} or after the given time, whichever is first. */
    void awaitWork(long millis) throws InterruptedException {
        if (awake.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            awake.drainPermits();
        }
    }
}
