package io.concordance.registry.webhook;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresDeliveries implements Deliveries {
    private final Jdbi jdbi;

    PostgresDeliveries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public void add(String event, Instant now) {
        jdbi.useHandle(handle -> handle.execute(
                "insert into webhook_delivery (event, added_at, due_at) values (?, ?, ?)", event, now, now));
    }

    @Override
    public Optional<Delivery> lockDue(Instant now) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from webhook_delivery where due_at <= :now and not given_up
                        order by due_at, id limit 1 for update skip locked
                        """)
                .bind("now", now)
                .map((row, context) -> new Delivery(
                        row.getLong("id"),
                        row.getString("event"),
                        row.getTimestamp("added_at").toInstant(),
                        row.getInt("attempts")))
                .findOne());
    }

    @Override
    public void taken(long id) {
        jdbi.useHandle(handle -> handle.execute("delete from webhook_delivery where id = ?", id));
    }

    @Override
    public void again(long id, String problem, Instant dueAt) {
        jdbi.useHandle(handle -> handle.execute(
                "update webhook_delivery set attempts = attempts + 1, problem = ?, due_at = ? where id = ?",
                problem,
                dueAt,
                id));
    }

    @Override
    public void giveUp(long id, String problem) {
        jdbi.useHandle(handle -> handle.execute(
                "update webhook_delivery set attempts = attempts + 1, problem = ?, given_up = true where id = ?",
                problem,
                id));
    }
}
