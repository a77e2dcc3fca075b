package io.concordance.registry;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What the database says of a channel's releases.
 *
 * @param releases of all channels
 * @param digest that the channel points to; empty for none
 * @param announced events on their way to Kafka
 * @param keys of requests that were answered and begin with the channel's name
 */
record PublicationState(long releases, String digest, long audited, long announced, long keys) {

    static PublicationState of(Handle handle, String channel) {
        return new PublicationState(
                count(handle, "release where :channel is not null", channel),
                handle.createQuery("select coalesce(max(digest), '') from registry.channel where name = :channel")
                        .bind("channel", channel)
                        .mapTo(String.class)
                        .one(),
                count(handle, "audit where subject = :channel", channel),
                count(handle, "outbox where :channel is not null", channel),
                count(handle, "idempotency_key where key like :channel || '-%'", channel));
    }

    private static long count(Handle handle, String from, String channel) {
        return handle.createQuery("select count(*) from registry." + from)
                .bind("channel", channel)
                .mapTo(Long.class)
                .one();
    }

    static List<String> parts() {
        return List.of("manifest.dsse.json", "tensors.safetensors");
    }
}
