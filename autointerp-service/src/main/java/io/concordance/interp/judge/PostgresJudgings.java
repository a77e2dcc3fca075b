package io.concordance.interp.judge;

import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Span;
import io.concordance.interp.chat.PostgresChatWork;
import io.concordance.interp.judge.JudgingRequests.Checked;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Judgings, their items and verdicts. */
@ApplicationScoped
class PostgresJudgings {
    static final String KIND = "verdict";

    private final Jdbi jdbi;
    private final PostgresChatWork work;

    PostgresJudgings(Jdbi jdbi, PostgresChatWork work) {
        this.jdbi = jdbi;
        this.work = work;
    }

    /** What a language model is asked. */
    record Question(String text, List<Span> spans) {}

    void add(Checked judging) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "insert into judging (id, name, question, seed) values (?, ?, ?, ?)",
                    judging.id(),
                    judging.name(),
                    judging.question(),
                    judging.seed());
            addItems(handle, judging);
            for (int j = 0; j < judging.judges().size(); j++) {
                addJudge(handle, judging, j);
            }
        });
    }

    private static void addItems(Handle handle, Checked judging) {
        PreparedBatch batch = handle.prepareBatch("""
                insert into judged_item (judging, number, arm, id, token, spans, draw, twice)
                values (:judging, :number, :arm, :id, :token, cast(:spans as json), :draw, :twice)
                """);
        for (JudgedItem item : judging.items()) {
            batch.bind("judging", judging.id())
                    .bind("number", item.number())
                    .bind("arm", item.arm())
                    .bind("id", item.id())
                    .bind("token", item.token())
                    .bind("spans", new String(Json.bytes(item.spans()), StandardCharsets.UTF_8))
                    .bind("draw", item.draw())
                    .bind("twice", item.twice())
                    .add();
        }
        batch.execute();
    }

    private void addJudge(Handle handle, Checked judging, int position) {
        JudgingRequest.Judge judge = judging.judges().get(position);
        UUID id = null;
        if (judge.endpoint() != null && judge.budget() != null) {
            id = UUID.randomUUID();
            work.add(
                    handle,
                    id,
                    KIND,
                    judge.endpoint(),
                    judge.budget(),
                    judging.items().size());
        }
        handle.execute(
                "insert into judge (judging, position, name, work) values (?, ?, ?, ?)",
                judging.id(),
                position,
                judge.name(),
                id);
        Map<String, Map<String, Verdict>> verdicts = judge.verdicts();
        if (verdicts != null) {
            PreparedBatch batch = handle.prepareBatch(
                    "insert into verdict (judging, item, judge, verdict) values (:judging, :item, :judge, :verdict)");
            for (JudgedItem item : judging.items()) {
                batch.bind("judging", judging.id())
                        .bind("item", item.number())
                        .bind("judge", position)
                        .bind(
                                "verdict",
                                verdicts.getOrDefault(item.arm(), Map.of())
                                        .getOrDefault(item.id(), Verdict.UNREADABLE)
                                        .text())
                        .add();
            }
            batch.execute();
        }
    }

    Question question(UUID chatWork, int item) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select g.question, i.spans from judge j
                        join judging g on g.id = j.judging
                        join judged_item i on i.judging = j.judging and i.number = :item
                        where j.work = :work
                        """)
                .bind("work", chatWork)
                .bind("item", item)
                .map((row, context) -> new Question(row.getString("question"), spans(row.getString("spans"))))
                .one());
    }

    static List<Span> spans(String json) {
        try {
            return Json.mapper().readValue(json, new TypeReference<List<Span>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores a verdict and ends its task, once. */
    void judged(UUID chatWork, int item, Verdict verdict) {
        jdbi.useTransaction(handle -> {
            if (work.done(handle, chatWork, item)) {
                handle.createUpdate("""
                                insert into verdict (judging, item, judge, verdict)
                                select judging, :item, position, :verdict from judge where work = :work
                                """)
                        .bind("item", item)
                        .bind("verdict", verdict.text())
                        .bind("work", chatWork)
                        .execute();
            }
        });
    }

    Optional<Judging> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from judging where id = :id")
                .bind("id", id)
                .map((row, context) -> {
                    List<Judging.JudgeState> judges = judges(handle, id);
                    boolean asking = judges.stream()
                            .anyMatch(j -> j.work() != null && !j.work().ended());
                    return new Judging(
                            id,
                            row.getString("name"),
                            row.getString("question"),
                            row.getLong("seed"),
                            asking ? "judging" : "labelling",
                            arms(handle, id),
                            judges,
                            row.getObject("created_at", OffsetDateTime.class).toInstant());
                })
                .findOne());
    }

    private List<Judging.JudgeState> judges(Handle handle, UUID id) {
        record Row(String name, @Nullable UUID work) {}
        return handle
                .createQuery("select name, work from judge where judging = :id order by position")
                .bind("id", id)
                .map((row, context) -> new Row(row.getString("name"), row.getObject("work", UUID.class)))
                .list()
                .stream()
                .map(row -> new Judging.JudgeState(
                        row.name(),
                        row.work() == null ? null : work.find(row.work()).orElse(null)))
                .toList();
    }

    private static List<Judging.ArmState> arms(Handle handle, UUID id) {
        return handle.createQuery("""
                        select i.arm, count(*) as items,
                               count(*) filter (where exists(
                                   select 1 from human_label h where h.judging = i.judging and h.item = i.number)) as labelled
                        from judged_item i where i.judging = :id group by i.arm order by min(i.number)
                        """)
                .bind("id", id)
                .map((row, context) ->
                        new Judging.ArmState(row.getString("arm"), row.getInt("items"), row.getInt("labelled")))
                .list();
    }

    List<UUID> list(@Nullable UUID after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select id from judging
                        where cast(:after as uuid) is null
                           or (created_at, id) < (select created_at, id from judging where id = cast(:after as uuid))
                        order by created_at desc, id desc limit :limit
                        """)
                .bind("after", after)
                .bind("limit", limit)
                .mapTo(UUID.class)
                .list());
    }
}
