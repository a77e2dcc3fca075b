package io.concordance.interp.feature;

import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What searches for inputs found, kept apart from reports, which are replaced when an analysis runs again. */
@ApplicationScoped
public class PostgresElicited {
    private final Jdbi jdbi;

    PostgresElicited(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** By feature index; the last search for a feature counts. */
    public Map<Integer, Elicited> of(String dictionary) {
        Map<Integer, Elicited> findings = new HashMap<>();
        jdbi.useHandle(handle -> handle.createQuery(
                        "select index, body from elicited_finding where dictionary = :dictionary")
                .bind("dictionary", dictionary)
                .map((row, context) -> Map.entry(row.getInt("index"), read(row.getString("body"), Elicited.class)))
                .forEach(entry -> findings.put(entry.getKey(), entry.getValue())));
        return findings;
    }

    /** Keeps a finding and puts it into the feature's report, in the caller's transaction. */
    public void put(Handle handle, String dictionary, int index, Elicited finding) {
        handle.createUpdate("""
                        insert into elicited_finding (dictionary, index, body) values (:dictionary, :index, cast(:body as json))
                        on conflict (dictionary, index) do update set body = excluded.body
                        """)
                .bind("dictionary", dictionary)
                .bind("index", index)
                .bind("body", json(finding))
                .execute();
        handle.createQuery("select report from feature where dictionary = :dictionary and index = :index for update")
                .bind("dictionary", dictionary)
                .bind("index", index)
                .map((row, context) -> read(row.getString("report"), FeatureReport.class))
                .findOne()
                .ifPresent(report -> handle.createUpdate(
                                "update feature set report = cast(:report as json) where uid = :uid")
                        .bind("report", json(report.with(finding)))
                        .bind("uid", report.uid())
                        .execute());
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}
