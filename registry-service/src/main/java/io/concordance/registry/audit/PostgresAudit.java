package io.concordance.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.registry.audit.AuditChain.Noted;
import io.concordance.registry.audit.AuditChain.Verification;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresAudit implements Audit {
    private static final int FETCHED = 500;

    private final Jdbi jdbi;
    private final Clock clock;

    PostgresAudit(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    private record Head(long id, String digest) {}

    @Override
    public void add(
            String who, String action, String subject, String why, @Nullable Object before, @Nullable Object after) {
        jdbi.useTransaction(handle -> {
            handle.execute("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.audit', 0))");
            Head head = head(handle);
            AuditEntry open = new AuditEntry(
                    head.id + 1,
                    clock.instant().truncatedTo(ChronoUnit.MILLIS),
                    who,
                    action,
                    subject,
                    why,
                    tree(json(before)),
                    tree(json(after)),
                    head.digest,
                    "");
            handle.createUpdate("""
                            insert into audit (id, at, who, action, subject, why, before, after, previous, digest)
                            values (:id, :at, :who, :action, :subject, :why, :before, :after, :previous, :digest)
                            """)
                    .bind("id", open.id())
                    .bind("at", open.at())
                    .bind("who", who)
                    .bind("action", action)
                    .bind("subject", subject)
                    .bind("why", why)
                    .bind("before", json(before))
                    .bind("after", json(after))
                    .bind("previous", open.previous())
                    .bind("digest", AuditChain.digest(open))
                    .execute();
        });
    }

    private static Head head(Handle handle) {
        return handle.createQuery("select id, digest from audit order by id desc limit 1")
                .map((row, context) -> new Head(row.getLong("id"), row.getString("digest")))
                .findOne()
                .orElse(new Head(0, AuditChain.START));
    }

    @Override
    public List<AuditEntry> of(String subject) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from audit where subject = :subject order by id")
                .bind("subject", subject)
                .map((row, context) -> entry(row))
                .list());
    }

    @Override
    public List<AuditEntry> page(@Nullable String subject, long after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from audit
                        where id > :after and (cast(:subject as text) is null or subject = :subject)
                        order by id limit :limit
                        """)
                .bind("after", after)
                .bind("subject", subject)
                .bind("limit", limit)
                .map((row, context) -> entry(row))
                .list());
    }

    @Override
    public Verification verify(@Nullable Noted noted) {
        AuditChain chain = new AuditChain();
        return jdbi.inTransaction(handle -> {
            handle.createQuery("select * from audit order by id")
                    .setFetchSize(FETCHED)
                    .map((row, context) -> entry(row))
                    .forEach(chain::next);
            String found = noted == null
                    ? null
                    : handle.createQuery("select digest from audit where id = :id")
                            .bind("id", noted.entry())
                            .mapTo(String.class)
                            .findOne()
                            .orElse(null);
            return chain.end(noted, found);
        });
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                row.getTimestamp("at").toInstant(),
                row.getString("who"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("why"),
                tree(row.getString("before")),
                tree(row.getString("after")),
                row.getString("previous"),
                row.getString("digest"));
    }

    private static @Nullable String json(@Nullable Object value) {
        return value == null ? null : new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static @Nullable JsonNode tree(@Nullable String json) {
        return json == null ? null : Json.read(json.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    }
}
