package io.concordance.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresAudit implements Audit {
    private final Jdbi jdbi;
    private final Clock clock;

    PostgresAudit(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    @Override
    public void add(
            String who, String action, String subject, String why, @Nullable Object before, @Nullable Object after) {
        jdbi.useTransaction(handle -> handle.createUpdate("""
                        insert into audit (at, who, action, subject, why, before, after)
                        values (:at, :who, :action, :subject, :why, :before, :after)
                        """)
                .bind("at", clock.instant())
                .bind("who", who)
                .bind("action", action)
                .bind("subject", subject)
                .bind("why", why)
                .bind("before", json(before))
                .bind("after", json(after))
                .execute());
    }

    @Override
    public List<AuditEntry> of(String subject) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from audit where subject = :subject order by id")
                .bind("subject", subject)
                .map((row, context) -> new AuditEntry(
                        row.getTimestamp("at").toInstant(),
                        row.getString("who"),
                        row.getString("action"),
                        row.getString("subject"),
                        row.getString("why"),
                        tree(row.getString("before")),
                        tree(row.getString("after"))))
                .list());
    }

    private static @Nullable String json(@Nullable Object value) {
        return value == null ? null : new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static @Nullable JsonNode tree(@Nullable String json) {
        return json == null ? null : Json.read(json.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    }
}
