package io.concordance.contracts.event;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * One CloudEvent (1.0).
 *
 * @param id unique with {@code source}; a repeat of the same fact carries the same id
 * @param source the service that states it, such as {@code /concordance/capture}
 * @param type name of the data record, such as {@code ShardWritten}
 * @param key Kafka record key, also the CloudEvent subject: events of one key keep their order
 * @param time when it was stated
 * @param data the record itself
 */
public record Event<T>(String id, String source, String type, String key, Instant time, T data) {

    /** A new event with a fresh id; its type follows from the data record. */
    public static <T> Event<T> of(String source, String key, T data) {
        return new Event<>(
                UUID.randomUUID().toString(),
                source,
                EventType.of(data.getClass()).typeName(),
                key,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                data);
    }

    /** The topic that events of this type travel on. */
    public String topic() {
        return EventType.named(type).topic();
    }
}
