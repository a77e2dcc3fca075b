package io.concordance.interp.feature;

import io.concordance.contracts.json.Json;
import io.concordance.interp.position.ShiftFinding;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What shift tests found, kept apart from reports, which are replaced when an analysis runs again. */
@ApplicationScoped
public class PostgresShifts {
    private final Jdbi jdbi;

    PostgresShifts(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** By feature index; the last test of a feature counts. */
    public Map<Integer, ShiftFinding> of(String dictionary) {
        Map<Integer, ShiftFinding> findings = new HashMap<>();
        jdbi.useHandle(handle -> handle.createQuery(
                        "select index, body from shift_finding where dictionary = :dictionary")
                .bind("dictionary", dictionary)
                .map((row, context) -> Map.entry(row.getInt("index"), read(row.getString("body"), ShiftFinding.class)))
                .forEach(entry -> findings.put(entry.getKey(), entry.getValue())));
        return findings;
    }

    /**
     * Keeps a finding and puts it into the feature's report, in the caller's transaction.
     *
     * @return the report as it is then; empty when the feature is gone
     */
    public Optional<FeatureReport> put(Handle handle, String dictionary, int index, ShiftFinding finding) {
        handle.createUpdate("""
                        insert into shift_finding (dictionary, index, body) values (:dictionary, :index, cast(:body as json))
                        on conflict (dictionary, index) do update set body = excluded.body
                        """)
                .bind("dictionary", dictionary)
                .bind("index", index)
                .bind("body", json(finding))
                .execute();
        return handle.createQuery(
                        "select report, summary from feature where dictionary = :dictionary and index = :index for update")
                .bind("dictionary", dictionary)
                .bind("index", index)
                .map((row, context) -> Map.entry(
                        read(row.getString("report"), FeatureReport.class).with(finding),
                        read(row.getString("summary"), FeatureSummary.class)))
                .findOne()
                .map(found -> {
                    FeatureReport report = found.getKey();
                    String positioning = report.positions().positioning();
                    handle.createUpdate("""
                                    update feature set positioning = :positioning, report = cast(:report as json),
                                                       summary = cast(:summary as json)
                                    where uid = :uid
                                    """)
                            .bind("positioning", positioning)
                            .bind("report", json(report))
                            .bind("summary", json(found.getValue().with(positioning)))
                            .bind("uid", report.uid())
                            .execute();
                    return report;
                });
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}
