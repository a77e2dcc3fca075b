package io.concordance.interp.explanation;

import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.json.Json;
import io.concordance.interp.chat.ChatWork;
import io.concordance.interp.chat.Endpoint;
import io.concordance.interp.chat.PostgresChatWork;
import io.concordance.interp.explanation.ExplanationRequests.Checked;
import io.concordance.interp.label.ChatExplainer;
import io.concordance.interp.score.ScoredLabel.Entry;
import io.concordance.interp.score.ScorerKind;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Wishes for labels, and what came of them. */
@ApplicationScoped
class PostgresExplanations {
    static final String KIND = "explanation";
    private static final String SELECT = """
            select e.*, t.state as task_state, t.attempts, t.problem as task_problem, w.endpoint
            from explanation e
            join chat_task t on t.work = e.work and t.number = e.number
            join chat_work w on w.id = e.work
            """;

    private final Jdbi jdbi;
    private final PostgresChatWork work;
    private final Outbox outbox;

    PostgresExplanations(Jdbi jdbi, PostgresChatWork work, Outbox outbox) {
        this.jdbi = jdbi;
        this.work = work;
        this.outbox = outbox;
    }

    /** @param materialKey where its windows lie; null for one analysed before there were any */
    record Target(
            String uid,
            int index,
            long firings,
            @Nullable String label,
            @Nullable String materialKey) {}

    /** @param label null when the model's words were no label, and then {@code problem} says why */
    record Outcome(
            @Nullable String label,
            boolean adopted,
            @Nullable String borrowedFrom,
            List<Entry> scores,
            @Nullable String problem) {}

    /** Features of an analysed dictionary that fired, by index. */
    List<Target> fired(String dictionary) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select uid, index, firings, summary ->> 'label' as label, material_key from feature
                        where dictionary = :dictionary and firings > 0 order by index
                        """)
                .bind("dictionary", dictionary)
                .map((row, context) -> target(row))
                .list());
    }

    private static Target target(ResultSet row) throws SQLException {
        return new Target(
                row.getString("uid"),
                row.getInt("index"),
                row.getLong("firings"),
                row.getString("label"),
                row.getString("material_key"));
    }

    UUID add(Checked request) {
        UUID id = UUID.randomUUID();
        jdbi.useTransaction(handle -> {
            work.add(
                    handle,
                    id,
                    KIND,
                    request.endpoint(),
                    request.budget(),
                    request.features().size());
            handle.createUpdate(
                            "insert into explanation_order (work, dictionary, scorers) values (:id, :dictionary, :scorers)")
                    .bind("id", id)
                    .bind("dictionary", request.dictionary())
                    .bindArray(
                            "scorers",
                            String.class,
                            request.scorers().stream().map(ScorerKind::text).toList())
                    .execute();
            PreparedBatch batch = handle.prepareBatch(
                    "insert into explanation (work, number, feature, index) values (:work, :number, :feature, :index)");
            for (int number = 0; number < request.features().size(); number++) {
                Target target = request.features().get(number);
                batch.bind("work", id)
                        .bind("number", number)
                        .bind("feature", target.uid())
                        .bind("index", target.index())
                        .add();
            }
            batch.execute();
        });
        return id;
    }

    /** What a task is about; empty when the feature is gone. */
    Optional<Target> target(UUID id, int number) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select f.uid, f.index, f.firings, f.summary ->> 'label' as label, f.material_key
                        from explanation e join feature f on f.uid = e.feature
                        where e.work = :work and e.number = :number
                        """)
                .bind("work", id)
                .bind("number", number)
                .map((row, context) -> target(row))
                .findOne());
    }

    /** The next feature, by index and round again, with another label than these. */
    Optional<Target> borrow(String dictionary, int index, List<String> not) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select uid, index, firings, summary ->> 'label' as label, material_key from feature
                        where dictionary = :dictionary and index <> :index and firings > 0
                          and summary ->> 'label' is not null
                          and lower(summary ->> 'label') <> all (:labels)
                        order by index < :index, index limit 1
                        """)
                .bind("dictionary", dictionary)
                .bind("index", index)
                .bindArray("labels", String.class, not)
                .map((row, context) -> target(row))
                .findOne());
    }

    /** Stores what came of a task, ends it and lets its events go, all at once and only once. */
    void finish(UUID id, int number, Outcome outcome, List<Event<?>> events) {
        jdbi.useTransaction(handle -> {
            if (work.done(handle, id, number)) {
                handle.createUpdate("""
                                update explanation
                                set label = :label, adopted = :adopted, borrowed_from = :borrowed,
                                    scores = cast(:scores as json), problem = :problem, explained_at = now()
                                where work = :work and number = :number
                                """)
                        .bind("work", id)
                        .bind("number", number)
                        .bind("label", outcome.label())
                        .bind("adopted", outcome.adopted())
                        .bind("borrowed", outcome.borrowedFrom())
                        .bind("scores", new String(Json.bytes(outcome.scores()), StandardCharsets.UTF_8))
                        .bind("problem", outcome.problem())
                        .execute();
                events.forEach(event -> outbox.add(handle, event));
            }
        });
    }

    Optional<ExplanationOrder> find(UUID id) {
        Optional<ChatWork> found = work.find(id);
        return found.flatMap(state -> jdbi.withHandle(handle -> handle.createQuery("""
                        select o.dictionary, o.scorers,
                               (select count(*) from explanation e where e.work = o.work and e.adopted) as adopted,
                               (select count(*) from explanation e where e.work = o.work and e.explained_at is not null
                                   and e.label is null) as unparsed
                        from explanation_order o where o.work = :id
                        """)
                .bind("id", id)
                .map((row, context) -> new ExplanationOrder(
                        state,
                        row.getString("dictionary"),
                        Arrays.stream((String[]) row.getArray("scorers").getArray())
                                .map(ScorerKind::parse)
                                .toList(),
                        row.getInt("adopted"),
                        row.getInt("unparsed")))
                .findOne()));
    }

    /** Newest first, after one of them. */
    List<UUID> list(@Nullable UUID after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select w.id from chat_work w
                        where w.kind = 'explanation'
                          and (cast(:after as uuid) is null
                               or (w.created_at, w.id) < (select created_at, id from chat_work where id = cast(:after as uuid)))
                        order by w.created_at desc, w.id desc limit :limit
                        """)
                .bind("after", after)
                .bind("limit", limit)
                .mapTo(UUID.class)
                .list());
    }

    /** By feature index, after one of them. */
    List<Explanation> of(UUID id, int after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        SELECT + "where e.work = :work and e.index > :after order by e.index limit :limit")
                .bind("work", id)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> explanation(row))
                .list());
    }

    /** All of one feature, newest wish first. */
    List<Explanation> ofFeature(String uid) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        SELECT + "where e.feature = :uid order by w.created_at desc, w.id desc limit 1000")
                .bind("uid", uid)
                .map((row, context) -> explanation(row))
                .list());
    }

    boolean hasFeature(String uid) {
        return jdbi.withHandle(handle -> handle.createQuery("select exists(select 1 from feature where uid = :uid)")
                .bind("uid", uid)
                .mapTo(Boolean.class)
                .one());
    }

    private static Explanation explanation(ResultSet row) throws SQLException {
        Endpoint endpoint = Json.read(row.getString("endpoint").getBytes(StandardCharsets.UTF_8), Endpoint.class);
        String label = row.getString("label");
        String task = row.getString("task_state");
        OffsetDateTime at = row.getObject("explained_at", OffsetDateTime.class);
        String problem = row.getString("problem");
        return new Explanation(
                row.getString("work"),
                row.getString("feature"),
                row.getInt("index"),
                !task.equals("done") ? task : label == null ? "unparsed" : "explained",
                label,
                ChatExplainer.ID,
                endpoint.model(),
                ChatExplainer.PROMPT_VERSION,
                ChatExplainer.PROMPT_HASH,
                endpoint.trustTier(),
                row.getBoolean("adopted"),
                row.getString("borrowed_from"),
                entries(row.getString("scores")),
                row.getInt("attempts"),
                problem == null ? row.getString("task_problem") : problem,
                at == null ? null : at.toInstant());
    }

    private static List<Entry> entries(@Nullable String json) {
        if (json == null) {
            return List.of();
        }
        try {
            return Json.mapper().readValue(json, new TypeReference<List<Entry>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
