package io.concordance.kit.outbox;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.json.Json;
import io.concordance.kit.trace.Traces;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

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
        String json = new String(Json.bytes(event.data()), StandardCharsets.UTF_8);
        check(event, json);
        insert(handle, event.topic(), event, json, Traces.parent(), "");
        handle.afterCommit(this::wake);
    }

    /**
     * Adds an event as it once was published, with its id and time, so that consumers who know it drop it. While the same
     * event waits here already nothing is added.
     *
     * @param published with its data as JSON text
     * @param traceParent context of the span that it was first added in
     * @throws IllegalArgumentException as {@link #add}
     */
    public void repeat(Handle handle, String topic, Event<String> published, @Nullable String traceParent) {
        if (!handle.isInTransaction()) {
            throw new IllegalStateException("an event is repeated in a transaction; there is none");
        }
        check(published, published.data());
        insert(handle, topic, published, published.data(), traceParent, "on conflict (source, event_id) do nothing");
        handle.afterCommit(this::wake);
    }

    private static void check(Event<?> event, String json) {
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_DATA_BYTES) {
            throw new IllegalArgumentException(
                    event.type() + " data: given " + bytes + " bytes, allowed " + MAX_DATA_BYTES);
        }
        int keyChars = event.key().length();
        if (keyChars == 0 || keyChars > MAX_KEY_CHARS) {
            throw new IllegalArgumentException(
                    event.type() + " key: given " + keyChars + " characters, allowed 1 to " + MAX_KEY_CHARS);
        }
    }

    private static void insert(
            Handle handle, String topic, Event<?> event, String json, @Nullable String traceParent, String ifThere) {
        handle.createUpdate("""
                        insert into outbox (topic, record_key, event_id, source, type, time, data, trace_parent)
                        values (:topic, :key, :id, :source, :type, :time, :data, :parent)
                        """ + ifThere)
                .bind("topic", topic)
                .bind("key", event.key())
                .bind("id", event.id())
                .bind("source", event.source())
                .bind("type", event.type())
                .bind("time", event.time())
                .bind("data", json)
                .bind("parent", traceParent)
                .execute();
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
