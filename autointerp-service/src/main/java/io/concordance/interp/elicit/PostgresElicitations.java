package io.concordance.interp.elicit;

import io.concordance.contracts.json.Json;
import io.concordance.interp.elicit.Elicitation.Budget;
import io.concordance.interp.elicit.Elicitation.Progress;
import io.concordance.interp.feature.Elicited;
import io.concordance.interp.feature.FeatureReport;
import io.concordance.interp.feature.PostgresElicited;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Searches, what they go on from, and what they end in. */
@ApplicationScoped
class PostgresElicitations {
    private final Jdbi jdbi;
    private final PostgresElicited findings;

    PostgresElicitations(Jdbi jdbi, PostgresElicited findings) {
        this.jdbi = jdbi;
        this.findings = findings;
    }

    UUID add(UUID analysis, List<Integer> features, Budget budget, long seed) {
        UUID id = UUID.randomUUID();
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into elicitation (id, analysis, features, budget_tokens, budget_rounds, seed, state)
                        values (:id, :analysis, :features, :tokens, :rounds, :seed, 'waiting')
                        """)
                .bind("id", id)
                .bind("analysis", analysis)
                .bindArray("features", Integer.class, features)
                .bind("tokens", budget.tokens())
                .bind("rounds", budget.rounds())
                .bind("seed", seed)
                .execute());
        return id;
    }

    private static final String COLUMNS = """
            id, analysis, features, budget_tokens, budget_rounds, seed, state, round, job, progress, problem, created_at,
            finished_at
            """;

    Optional<Elicitation> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS + " from elicitation where id = :id")
                .bind("id", id)
                .map((row, context) -> order(row))
                .findOne());
    }

    /** Those that have not ended, oldest first. */
    List<Elicitation> open() {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS + """
                         from elicitation where state in ('waiting', 'searching') order by created_at, id
                        """)
                .map((row, context) -> order(row))
                .list());
    }

    /** Index of a feature of an analysed dictionary that never fired. */
    Optional<Integer> silent(String dictionary, String uid) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select index from feature where uid = :uid and dictionary = :dictionary and firings = 0")
                .bind("uid", uid)
                .bind("dictionary", dictionary)
                .mapTo(Integer.class)
                .findOne());
    }

    /** What is known of features, in the order of the indices; those that are gone are left out. */
    List<FeatureReport> reports(String dictionary, List<Integer> features) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select report from feature where dictionary = :dictionary and index = any(:features)
                        order by array_position(:features, index)
                        """)
                .bind("dictionary", dictionary)
                .bindArray("features", Integer.class, features)
                .map((row, context) -> read(row.getString("report"), FeatureReport.class))
                .list());
    }

    /** What the round goes on from. */
    Search.All search(UUID id) {
        return read(
                jdbi.withHandle(handle -> handle.createQuery("select search from elicitation where id = :id")
                        .bind("id", id)
                        .mapTo(String.class)
                        .one()),
                Search.All.class);
    }

    /** From this round to the next, whose candidates are given. */
    void next(UUID id, int round, Search.All search) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update elicitation
                        set state = 'searching', round = :next, job = null, search = cast(:search as json),
                            progress = cast(:progress as json)
                        where id = :id and state in ('waiting', 'searching') and round = :round
                        """)
                .bind("id", id)
                .bind("round", round)
                .bind("next", round + 1)
                .bind("search", json(search))
                .bind("progress", progress(search))
                .execute());
    }

    /** The job is noted as one whose rows are nobody's evidence. */
    void accepted(UUID id, int round, String job) {
        jdbi.useTransaction(handle -> {
            handle.execute("insert into elicitation_job (job) values (?) on conflict do nothing", job);
            handle.execute(
                    "update elicitation set job = ? where id = ? and round = ? and state = 'searching'",
                    job,
                    id,
                    round);
        });
    }

    /** In one transaction: what was found put into reports, the search completed. */
    void complete(Elicitation order, String dictionary, Search.All search) {
        jdbi.useTransaction(handle -> {
            int ended = handle.createUpdate("""
                            update elicitation
                            set state = 'completed', search = null, job = null, progress = cast(:progress as json), finished_at = now()
                            where id = :id and state in ('waiting', 'searching') and round = :round
                            """)
                    .bind("id", order.id())
                    .bind("round", order.round())
                    .bind("progress", progress(search))
                    .execute();
            if (ended != 1) {
                return;
            }
            for (Search one : search.searches()) {
                Elicited best = one.best();
                if (best != null) {
                    findings.put(handle, dictionary, one.feature(), best);
                }
            }
        });
    }

    void fail(UUID id, String problem) {
        jdbi.useHandle(handle ->
                handle.createUpdate("""
                        update elicitation set state = 'failed', search = null, problem = :problem, finished_at = now()
                        where id = :id and state in ('waiting', 'searching')
                        """).bind("id", id).bind("problem", problem).execute());
    }

    private static String progress(Search.All search) {
        return json(search.searches().stream().map(Search::progress).toList());
    }

    private static Elicitation order(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new Elicitation(
                row.getObject("id", UUID.class),
                row.getObject("analysis", UUID.class),
                List.of((Integer[]) row.getArray("features").getArray()),
                new Budget(row.getLong("budget_tokens"), row.getInt("budget_rounds")),
                row.getLong("seed"),
                Elicitation.State.parse(row.getString("state")),
                row.getInt("round"),
                row.getString("job"),
                Arrays.asList(read(row.getString("progress"), Progress[].class)),
                row.getString("problem"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant());
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}
