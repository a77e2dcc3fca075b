package io.concordance.interp.shift;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeaturePositioned;
import io.concordance.contracts.json.Json;
import io.concordance.interp.feature.PostgresShifts;
import io.concordance.interp.position.ShiftFinding;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Shift tests and what they end in. */
@ApplicationScoped
class PostgresShiftTests {
    private static final String SOURCE = "/concordance/autointerp";

    private final Jdbi jdbi;
    private final Outbox outbox;
    private final PostgresShifts findings;

    PostgresShiftTests(Jdbi jdbi, Outbox outbox, PostgresShifts findings) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.findings = findings;
    }

    UUID add(UUID analysis, List<Integer> features) {
        UUID id = UUID.randomUUID();
        jdbi.useTransaction(handle -> handle.createUpdate("""
                        insert into shift_test (id, analysis, features, state) values (:id, :analysis, :features, 'waiting')
                        """)
                .bind("id", id)
                .bind("analysis", analysis)
                .bindArray("features", Integer.class, features)
                .execute());
        return id;
    }

    Optional<ShiftOrder> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from shift_test where id = :id")
                .bind("id", id)
                .map((row, context) -> order(row))
                .findOne());
    }

    /** Those that have not ended, oldest first. */
    List<ShiftOrder> open() {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        select * from shift_test where state in ('waiting', 'capturing') order by created_at, id
                        """).map((row, context) -> order(row)).list());
    }

    /** Index of a feature of an analysed dictionary that fired. */
    Optional<Integer> fired(String dictionary, String uid) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select index from feature where uid = :uid and dictionary = :dictionary and firings > 0")
                .bind("uid", uid)
                .bind("dictionary", dictionary)
                .mapTo(Integer.class)
                .findOne());
    }

    ShiftPlan plan(UUID id) {
        String json = jdbi.withHandle(handle -> handle.createQuery("select plan from shift_test where id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .one());
        return Json.read(json.getBytes(StandardCharsets.UTF_8), ShiftPlan.class);
    }

    void planned(UUID id, ShiftPlan plan) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update shift_test set state = 'capturing', plan = cast(:plan as json), documents = :documents
                        where id = :id and state = 'waiting'
                        """)
                .bind("id", id)
                .bind("plan", new String(Json.bytes(plan), StandardCharsets.UTF_8))
                .bind("documents", plan.cells().size())
                .execute());
    }

    void accepted(UUID id, String job) {
        jdbi.useHandle(handle ->
                handle.execute("update shift_test set job = ? where id = ? and state = 'capturing'", job, id));
    }

    void fail(UUID id, String problem) {
        jdbi.useHandle(handle -> end(handle, id, "failed", problem));
    }

    /** In one transaction: findings kept and put into reports, their events on their way, the test completed. */
    void complete(ShiftOrder order, String dictionary, ShiftPlan plan, List<ShiftFinding> found) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        jdbi.useTransaction(handle -> {
            if (end(handle, order.id(), "completed", null) != 1) {
                return;
            }
            for (int t = 0; t < found.size(); t++) {
                int feature = plan.targets().get(t).feature();
                findings.put(handle, dictionary, feature, found.get(t))
                        .ifPresent(report -> outbox.add(handle, event(order.id(), report.positioned(), now)));
            }
        });
    }

    private static Event<FeaturePositioned> event(UUID test, FeaturePositioned data, Instant time) {
        String name = String.join("\n", "shift", test.toString(), data.featureUid());
        return new Event<>(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(),
                SOURCE,
                FeaturePositioned.class.getSimpleName(),
                data.featureUid(),
                time,
                data);
    }

    private static int end(Handle handle, UUID id, String state, @Nullable String problem) {
        return handle.createUpdate("""
                        update shift_test set state = :state, problem = :problem, finished_at = now()
                        where id = :id and state in ('waiting', 'capturing')
                        """)
                .bind("id", id)
                .bind("state", state)
                .bind("problem", problem)
                .execute();
    }

    private static ShiftOrder order(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new ShiftOrder(
                row.getObject("id", UUID.class),
                row.getObject("analysis", UUID.class),
                List.of((Integer[]) row.getArray("features").getArray()),
                ShiftOrder.State.parse(row.getString("state")),
                row.getString("job"),
                row.getInt("documents"),
                row.getString("problem"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant());
    }
}
