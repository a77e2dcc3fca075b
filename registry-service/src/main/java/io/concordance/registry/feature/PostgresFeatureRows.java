package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Gradient;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.event.FeatureExplained.Score;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Pooling;
import io.concordance.registry.feature.Feature.Origin;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of the feature tables as domain types. */
final class PostgresFeatureRows {
    /** The feature with the latest proposal about it. */
    static final String SELECT = """
            select f.*, c.level, c.state
            from feature f
            left join lateral (
                select level, state from concern where feature_uid = f.uid order by round desc limit 1
            ) c on true
            """;

    private PostgresFeatureRows() {}

    /** A row of {@link #SELECT}, still without its evidence. */
    static Feature feature(ResultSet row) throws SQLException {
        String state = row.getString("state");
        String level = row.getString("level");
        return new Feature(
                row.getString("uid"),
                row.getString("dictionary"),
                row.getInt("feature_index"),
                origin(row),
                explanation(row),
                List.of(),
                Grade.valueOf(row.getString("grade")),
                state == null ? ReviewState.NONE : ReviewState.valueOf(state.toUpperCase(Locale.ROOT)),
                level == null ? null : ConcernLevel.valueOf(level.toUpperCase(Locale.ROOT)));
    }

    private static @Nullable Origin origin(ResultSet row) throws SQLException {
        return row.getTimestamp("discovered_at") == null
                ? null
                : new Origin(
                        row.getString("run_id"),
                        row.getString("model"),
                        row.getString("hook"),
                        row.getString("change"),
                        row.getDouble("firing_rate"),
                        row.getLong("tokens"));
    }

    private static @Nullable Explanation explanation(ResultSet row) throws SQLException {
        String score = row.getString("score");
        return row.getTimestamp("explained_at") == null
                ? null
                : new Explanation(
                        row.getString("label"),
                        row.getString("explainer"),
                        row.getString("explainer_version"),
                        row.getString("trust_tier"),
                        row.getLong("firings"),
                        score == null ? null : json(score, Score.class));
    }

    static List<Evidence> evidence(Handle handle, String uid) {
        return handle.createQuery("select * from evidence where feature_uid = :uid order by arm")
                .bind("uid", uid)
                .map((row, context) -> evidence(row))
                .list();
    }

    static Evidence evidence(ResultSet row) throws SQLException {
        return new Evidence(
                row.getString("arm"),
                row.getString("arm_kind"),
                json(row.getString("screen"), Screen.class),
                json(row.getString("calibration"), Calibration.class),
                optional(row.getString("gradient"), Gradient.class),
                optional(row.getString("ablation"), Ablation.class),
                optional(row.getString("pooling"), Pooling.class));
    }

    private static <T> @Nullable T optional(@Nullable String text, Class<T> type) {
        return text == null ? null : json(text, type);
    }

    private static <T> T json(String text, Class<T> type) {
        return Json.read(text.getBytes(StandardCharsets.UTF_8), type);
    }
}
