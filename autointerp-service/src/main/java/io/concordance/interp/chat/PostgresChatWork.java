package io.concordance.interp.chat;

import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The durable queue of work that asks language models. */
@ApplicationScoped
public class PostgresChatWork {
    private final Jdbi jdbi;

    PostgresChatWork(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Work that may go on now. */
    record Due(UUID id, String kind, Endpoint endpoint, Budget budget, int delays) {}

    /** Adds work with tasks 0 to {@code tasks} - 1, in the caller's transaction. */
    public void add(Handle handle, UUID id, String kind, Endpoint endpoint, Budget budget, int tasks) {
        handle.createUpdate("""
                        insert into chat_work (id, kind, endpoint, state, budget_tokens, budget_money, prompt_price, answer_price)
                        values (:id, :kind, cast(:endpoint as json), 'running', :tokens, :money, :promptPrice, :answerPrice)
                        """)
                .bind("id", id)
                .bind("kind", kind)
                .bind("endpoint", new String(Json.bytes(endpoint), StandardCharsets.UTF_8))
                .bind("tokens", budget.tokens())
                .bind("money", budget.money())
                .bind("promptPrice", budget.promptPrice())
                .bind("answerPrice", budget.answerPrice())
                .execute();
        PreparedBatch batch = handle.prepareBatch("insert into chat_task (work, number) values (:work, :number)");
        for (int number = 0; number < tasks; number++) {
            batch.bind("work", id).bind("number", number).add();
        }
        batch.execute();
    }

    /**
     * Ends a task, in the transaction that stores what came of it.
     *
     * @return false when it, or all the work, had ended already, and then nothing must be stored
     */
    public boolean done(Handle handle, UUID work, int task) {
        return handle.createUpdate("""
                        update chat_task set state = 'done', problem = null
                        where work = :work and number = :number and state = 'pending'
                          and (select state from chat_work where id = :work for share) <> 'cancelled'
                        """).bind("work", work).bind("number", task).execute() == 1;
    }

    List<Due> due(int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from chat_work where state = 'running' and next_at <= now() order by next_at, id limit :limit
                        """)
                .bind("limit", limit)
                .map((row, context) -> new Due(
                        row.getObject("id", UUID.class),
                        row.getString("kind"),
                        endpoint(row),
                        budget(row),
                        row.getInt("delays")))
                .list());
    }

    /**
     * Does work unless another process is at it; the claim ends with the process, however that ends. What a dead one had set
     * aside counts as spent.
     */
    void exclusively(UUID id, Runnable work) {
        try (Handle claim = jdbi.open()) {
            if (!lock(claim, "pg_try_advisory_lock", id)) {
                return;
            }
            try {
                claim.createUpdate("""
                                update chat_work
                                set prompt_tokens = prompt_tokens + reserved_tokens, money = money + reserved_money,
                                    reserved_tokens = 0, reserved_money = 0
                                where id = :id and reserved_tokens > 0
                                """).bind("id", id).execute();
                work.run();
            } finally {
                lock(claim, "pg_advisory_unlock", id);
            }
        }
    }

    private static boolean lock(Handle claim, String function, UUID id) {
        return claim.createQuery("select <function>(hashtextextended(:id, 0))")
                .define("function", function)
                .bind("id", "chat work " + id)
                .mapTo(Boolean.class)
                .one();
    }

    boolean running(UUID id) {
        return is("select exists(select 1 from chat_work where id = :id and state = 'running')", id);
    }

    boolean anyPending(UUID id) {
        return is("select exists(select 1 from chat_task where work = :id and state = 'pending')", id);
    }

    private boolean is(String query, UUID id) {
        return jdbi.withHandle(handle ->
                handle.createQuery(query).bind("id", id).mapTo(Boolean.class).one());
    }

    /** Tasks that may be carried out now, in order. */
    List<Integer> pending(UUID id, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select number from chat_task where work = :id and state = 'pending' and next_at <= now()
                        order by number limit :limit
                        """)
                .bind("id", id)
                .bind("limit", limit)
                .mapTo(Integer.class)
                .list());
    }

    /** Puts one task off, each time for twice as long. */
    void delayTask(UUID work, int task, String problem, long firstMillis, long longestMillis) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update chat_task
                        set attempts = attempts + 1, problem = :problem, next_at = now() + interval '1 millisecond'
                            * least(:longest, :first * power(2, least(attempts, 30)))
                        where work = :work and number = :number and state = 'pending'
                        """)
                .bind("work", work)
                .bind("number", task)
                .bind("problem", problem)
                .bind("first", firstMillis)
                .bind("longest", longestMillis)
                .execute());
    }

    void refuseTask(UUID work, int task, String problem) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update chat_task set state = 'refused', problem = :problem
                        where work = :work and number = :number and state = 'pending'
                        """)
                .bind("work", work)
                .bind("number", task)
                .bind("problem", problem)
                .execute());
    }

    /** Puts all of it off. */
    void delay(UUID id, String problem, long millis) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update chat_work
                        set delays = delays + 1, problem = :problem, next_at = now() + interval '1 millisecond' * :millis
                        where id = :id and state = 'running'
                        """)
                .bind("id", id)
                .bind("problem", problem)
                .bind("millis", millis)
                .execute());
    }

    /** Until its next task is due, which its endpoint is not to blame for. */
    void rest(UUID id) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update chat_work set next_at = coalesce(
                            (select min(next_at) from chat_task where work = :id and state = 'pending'), now())
                        where id = :id
                        """).bind("id", id).execute());
    }

    /** The endpoint answers again. */
    void well(UUID id) {
        jdbi.useHandle(handle -> handle.createUpdate(
                        "update chat_work set delays = 0, problem = null where id = :id and delays > 0")
                .bind("id", id)
                .execute());
    }

    void end(UUID id, String state, @Nullable String problem) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update chat_work
                        set state = :state, problem = :problem,
                            finished_at = case when :state = 'stopped' then null else now() end
                        where id = :id and state = 'running'
                        """)
                .bind("id", id)
                .bind("state", state)
                .bind("problem", problem)
                .execute());
    }

    /** False when it has ended already. */
    public boolean cancel(UUID id) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        update chat_work set state = 'cancelled', problem = null, finished_at = now()
                        where id = :id and state in ('running', 'stopped')
                        """).bind("id", id).execute() == 1);
    }

    /** Gives it another budget, and lets it and all its tasks go on at once; false when it has ended. */
    public boolean goOn(UUID id, Budget budget) {
        return jdbi.inTransaction(handle -> {
            handle.execute("update chat_task set next_at = now() where work = ? and state = 'pending'", id);
            return handle.createUpdate("""
                        update chat_work
                        set state = 'running', problem = null, delays = 0, next_at = now(), budget_tokens = :tokens,
                            budget_money = :money, prompt_price = :promptPrice, answer_price = :answerPrice
                        where id = :id and state in ('running', 'stopped')
                        """)
                            .bind("id", id)
                            .bind("tokens", budget.tokens())
                            .bind("money", budget.money())
                            .bind("promptPrice", budget.promptPrice())
                            .bind("answerPrice", budget.answerPrice())
                            .execute()
                    == 1;
        });
    }

    public Optional<ChatWork> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select w.*, t.total, t.pending, t.done, t.refused, w.next_at > now() as later
                        from chat_work w, lateral (
                            select count(*) as total, count(*) filter (where state = 'pending') as pending,
                                   count(*) filter (where state = 'done') as done,
                                   count(*) filter (where state = 'refused') as refused
                            from chat_task where work = w.id) t
                        where w.id = :id
                        """)
                .bind("id", id)
                .map((row, context) -> work(row))
                .findOne());
    }

    private static ChatWork work(ResultSet row) throws SQLException {
        ChatWork.State state = ChatWork.State.parse(row.getString("state"));
        boolean waits = state == ChatWork.State.RUNNING && row.getBoolean("later");
        return new ChatWork(
                row.getObject("id", UUID.class),
                waits ? ChatWork.State.WAITING : state,
                endpoint(row),
                budget(row),
                new ChatWork.Spent(
                        row.getLong("prompt_tokens"),
                        row.getLong("answer_tokens"),
                        row.getDouble("money"),
                        row.getInt("questions")),
                new ChatWork.Tasks(
                        row.getInt("total"), row.getInt("pending"), row.getInt("done"), row.getInt("refused")),
                row.getString("problem"),
                waits ? instant(row, "next_at") : null,
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "finished_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static Endpoint endpoint(ResultSet row) throws SQLException {
        return Json.read(row.getString("endpoint").getBytes(StandardCharsets.UTF_8), Endpoint.class);
    }

    private static Budget budget(ResultSet row) throws SQLException {
        return new Budget(
                row.getLong("budget_tokens"),
                row.getObject("budget_money", Double.class),
                row.getObject("prompt_price", Double.class),
                row.getObject("answer_price", Double.class));
    }
}
