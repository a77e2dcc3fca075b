package io.concordance.interp.judge;

import io.concordance.contracts.transcript.Span;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** The queue that people label from, and what they say. */
@ApplicationScoped
class PostgresLabels {
    private final Jdbi jdbi;

    PostgresLabels(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** An item as a person is shown it, and nothing more. */
    record Blind(String item, String question, List<Span> spans) {}

    /**
     * The next item for a person: of the arm with the fewest labels the first in the order of {@code PrioritySample} that still
     * needs one and that this person has not labelled.
     */
    Optional<Blind> next(UUID id, String labeller) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        with said as (
                            select item, count(*) as n, count(*) filter (where label = 'yes') as yes,
                                   count(*) filter (where label = 'no') as no, bool_or(labeller = :labeller) as mine
                            from human_label where judging = :id group by item
                        ), size as (
                            select item, case when count(distinct verdict) > 1 or bool_or(verdict = 'unreadable')
                                or count(*) < (select count(*) from judge where judging = :id) then :oversampled else 1 end as size
                            from verdict where judging = :id group by item
                        ), busy as (
                            select i.arm, count(s.item) as labelled from judged_item i
                            left join said s on s.item = i.number where i.judging = :id group by i.arm
                        )
                        select i.token, i.spans, g.question
                        from judged_item i
                        join judging g on g.id = i.judging
                        join busy b on b.arm = i.arm
                        left join said s on s.item = i.number
                        left join size z on z.item = i.number
                        where i.judging = :id and not coalesce(s.mine, false)
                          and (coalesce(s.n, 0) < case when i.twice then 2 else 1 end
                               or s.yes > 0 and s.yes = s.no and s.n < 3)
                        order by b.labelled, i.arm, coalesce(z.size, :oversampled) / i.draw desc
                        limit 1
                        """)
                .bind("id", id)
                .bind("labeller", labeller)
                .bind("oversampled", ArmRates.OVERSAMPLED)
                .map((row, context) -> new Blind(
                        row.getString("token"),
                        row.getString("question"),
                        PostgresJudgings.spans(row.getString("spans"))))
                .findOne());
    }

    /** Which of these happened to a label. */
    enum Given {
        STORED,
        REPEATED,
        CHANGED,
        UNKNOWN
    }

    Given label(UUID id, String token, String labeller, HumanLabel label) {
        return jdbi.inTransaction(handle -> {
            Optional<Integer> item = handle.createQuery(
                            "select number from judged_item where judging = :id and token = :token")
                    .bind("id", id)
                    .bind("token", token)
                    .mapTo(Integer.class)
                    .findOne();
            if (item.isEmpty()) {
                return Given.UNKNOWN;
            }
            int stored = handle.execute(
                    "insert into human_label (judging, item, labeller, label) values (?, ?, ?, ?) on conflict do nothing",
                    id,
                    item.get(),
                    labeller,
                    label.text());
            String now = handle.createQuery(
                            "select label from human_label where judging = :id and item = :item and labeller = :labeller")
                    .bind("id", id)
                    .bind("item", item.get())
                    .bind("labeller", labeller)
                    .mapTo(String.class)
                    .one();
            return stored == 1 ? Given.STORED : now.equals(label.text()) ? Given.REPEATED : Given.CHANGED;
        });
    }

    /** Everything said about every item, by arm in order; a verdict that never came is unreadable. */
    Map<String, List<ArmRates.Item>> items(UUID id, int judges) {
        record Row(int number, String arm, double draw, List<Verdict> verdicts, List<HumanLabel> labels) {}
        return jdbi.withHandle(handle -> {
            Map<Integer, Row> rows = new LinkedHashMap<>();
            handle.createQuery("select number, arm, draw from judged_item where judging = :id order by number")
                    .bind("id", id)
                    .map((row, context) -> new Row(
                            row.getInt("number"),
                            row.getString("arm"),
                            row.getDouble("draw"),
                            new ArrayList<>(Collections.nCopies(judges, Verdict.UNREADABLE)),
                            new ArrayList<>()))
                    .forEach(row -> rows.put(row.number(), row));
            handle.createQuery("select item, judge, verdict from verdict where judging = :id")
                    .bind("id", id)
                    .map((row, context) -> Objects.requireNonNull(rows.get(row.getInt("item")))
                            .verdicts()
                            .set(row.getInt("judge"), Verdict.parse(row.getString("verdict"))))
                    .list();
            handle.createQuery("select item, label from human_label where judging = :id order by at, labeller")
                    .bind("id", id)
                    .map((row, context) -> Objects.requireNonNull(rows.get(row.getInt("item")))
                            .labels()
                            .add(HumanLabel.parse(row.getString("label"))))
                    .list();
            Map<String, List<ArmRates.Item>> arms = new LinkedHashMap<>();
            rows.values()
                    .forEach(row -> arms.computeIfAbsent(row.arm(), a -> new ArrayList<>())
                            .add(new ArmRates.Item(row.draw(), row.verdicts(), new Labels(row.labels()))));
            return arms;
        });
    }
}
