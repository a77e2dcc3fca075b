package io.concordance.registry.release;

import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ReleasePublished;
import io.concordance.contracts.json.Json;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresReleaseRepository implements ReleaseRepository {
    private static final String SOURCE = "/concordance/registry";
    private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};

    private final Jdbi jdbi;
    private final Outbox outbox;

    PostgresReleaseRepository(Jdbi jdbi, Outbox outbox) {
        this.jdbi = jdbi;
        this.outbox = outbox;
    }

    @Override
    public long lockNextVersion() {
        return jdbi.withHandle(handle -> {
            handle.execute("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.release', 0))");
            return handle.createQuery("select coalesce(max(version), 0) + 1 from release")
                    .mapTo(Long.class)
                    .one();
        });
    }

    @Override
    public Optional<Release> find(long version) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from release where version = :version")
                .bind("version", version)
                .map((row, context) -> release(row))
                .findOne());
    }

    @Override
    public Optional<Release> findByRequest(String requestId) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from release where request_id = :id")
                .bind("id", requestId)
                .map((row, context) -> release(row))
                .findOne());
    }

    @Override
    public Optional<Release> findByDigest(String digest) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from release where digest = :digest")
                .bind("digest", digest)
                .map((row, context) -> release(row))
                .findOne());
    }

    @Override
    public Optional<byte[]> manifest(long version) {
        return jdbi.withHandle(handle -> handle.createQuery("select manifest from release where version = :version")
                .bind("version", version)
                .mapTo(byte[].class)
                .findOne());
    }

    @Override
    public List<Release> latest(long before, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from release where version < :before order by version desc limit :limit")
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> release(row))
                .list());
    }

    @Override
    public Optional<Channel> channel(String name) {
        return jdbi.withHandle(handle -> channel(handle, name, ""));
    }

    @Override
    public Optional<Channel> lockChannel(String name) {
        return jdbi.withHandle(handle -> channel(handle, name, " for update"));
    }

    @Override
    public List<Channel> channels() {
        return jdbi.withHandle(handle -> handle.createQuery("select * from channel order by name")
                .map((row, context) -> channel(row))
                .list());
    }

    private static Optional<Channel> channel(Handle handle, String name, String suffix) {
        return handle.createQuery("select * from channel where name = :name" + suffix)
                .bind("name", name)
                .map((row, context) -> channel(row))
                .findOne();
    }

    private static Channel channel(ResultSet row) throws SQLException {
        return new Channel(
                row.getString("name"),
                row.getLong("version"),
                row.getString("digest"),
                row.getBytes("pointer"),
                row.getTimestamp("issued_at").toInstant());
    }

    @Override
    public void publish(Release release, byte[] manifest, @Nullable String requestId, Channel channel) {
        jdbi.useTransaction(handle -> {
            handle.createUpdate("""
                            insert into release (version, digest, channel, request_id, features, supersedes, manifest,
                                                 created_at, expires_at)
                            values (:version, :digest, :channel, :requestId, :features, :supersedes, :manifest,
                                    :createdAt, :expiresAt)
                            """)
                    .bind("version", release.version())
                    .bind("digest", release.digest())
                    .bind("channel", release.channel())
                    .bind("requestId", requestId)
                    .bind("features", new String(Json.bytes(release.features()), StandardCharsets.UTF_8))
                    .bind("supersedes", release.supersedes())
                    .bind("manifest", manifest)
                    .bind("createdAt", release.createdAt())
                    .bind("expiresAt", release.expiresAt())
                    .execute();
            put(handle, channel);
            outbox.add(
                    handle,
                    Event.of(
                            SOURCE,
                            release.channel(),
                            new ReleasePublished(
                                    release.channel(), release.version(), release.digest(), release.features())));
        });
    }

    @Override
    public void renew(Channel channel) {
        jdbi.useTransaction(handle -> put(handle, channel));
    }

    private static void put(Handle handle, Channel channel) {
        handle.createUpdate("""
                        insert into channel (name, version, digest, pointer, issued_at)
                        values (:name, :version, :digest, :pointer, :issuedAt)
                        on conflict (name) do update
                        set version = excluded.version, digest = excluded.digest, pointer = excluded.pointer,
                            issued_at = excluded.issued_at
                        """)
                .bind("name", channel.name())
                .bind("version", channel.version())
                .bind("digest", channel.digest())
                .bind("pointer", channel.pointer())
                .bind("issuedAt", channel.issuedAt())
                .execute();
    }

    private static Release release(ResultSet row) throws SQLException {
        try {
            return new Release(
                    row.getLong("version"),
                    row.getString("digest"),
                    row.getString("channel"),
                    Json.mapper().readValue(row.getString("features"), STRINGS),
                    row.getString("supersedes"),
                    row.getTimestamp("created_at").toInstant(),
                    row.getTimestamp("expires_at").toInstant());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
