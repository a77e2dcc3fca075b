package io.concordance.registry.feature;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.json.Json;
import io.concordance.kit.inbox.Inbox;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresFeatureIntake implements FeatureIntake, CausalEvidence {
    private static final String RETIRED = "retired";

    private final Jdbi jdbi;
    private final Inbox inbox;
    private final Outbox outbox;

    PostgresFeatureIntake(Jdbi jdbi, Inbox inbox, Outbox outbox) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.inbox = inbox;
    }

    @Override
    public void discovered(Event<FeatureDiscovered> event) {
        FeatureDiscovered data = event.data();
        if (data.change().equals(RETIRED)) {
            retired(event);
            return;
        }
        once(
                event,
                data.featureUid(),
                data.dictionary(),
                data.index(),
                handle -> handle.createUpdate("""
                        update feature
                        set run_id = :runId, model = :model, hook = :hook, change = :change,
                            firing_rate = :firingRate, tokens = :tokens, discovered_at = :at,
                            generation = :generation, appeared_as = :change, earlier = :earlier, cosine = :cosine,
                            agreement = :agreement
                        where uid = :uid and (discovered_at is null or discovered_at <= :at)
                        """)
                        .bind("uid", data.featureUid())
                        .bind("runId", data.runId())
                        .bind("model", data.model())
                        .bind("hook", data.hook())
                        .bind("change", data.change())
                        .bind("firingRate", data.firingRate())
                        .bind("tokens", data.tokens())
                        .bind("generation", data.generation() == null ? 1 : data.generation())
                        .bind("earlier", data.earlier())
                        .bind("cosine", data.cosine())
                        .bind("agreement", data.agreement())
                        .bind("at", event.time())
                        .execute());
    }

    /** A later dictionary no longer has it; what it is in its own stays as it was said. */
    private void retired(Event<FeatureDiscovered> event) {
        FeatureDiscovered data = event.data();
        once(event, data.featureUid(), data.dictionary(), data.index(), handle -> {
            handle.execute("update feature set change = ? where uid = ?", RETIRED, data.featureUid());
            if (data.successor() != null) {
                handle.createUpdate("""
                                insert into retirement (feature_uid, successor, cosine, agreement, stated_at)
                                values (:uid, :successor, :cosine, :agreement, :at)
                                on conflict do nothing
                                """)
                        .bind("uid", data.featureUid())
                        .bind("successor", data.successor())
                        .bind("cosine", data.cosine())
                        .bind("agreement", data.agreement())
                        .bind("at", event.time())
                        .execute();
            }
        });
    }

    @Override
    public void explained(Event<FeatureExplained> event) {
        FeatureExplained data = event.data();
        once(
                event,
                data.featureUid(),
                data.dictionary(),
                data.index(),
                handle -> handle.createUpdate("""
                        update feature
                        set label = :label, explainer = :explainer, explainer_version = :version, trust_tier = :tier,
                            firings = :firings, score = :score, explained_at = :at
                        where uid = :uid and (explained_at is null or explained_at <= :at)
                        """)
                        .bind("uid", data.featureUid())
                        .bind("label", data.label())
                        .bind("explainer", data.explainer())
                        .bind("version", data.explainerVersion())
                        .bind("tier", data.trustTier())
                        .bind("firings", data.firings())
                        .bind("score", json(data.score()))
                        .bind("at", event.time())
                        .execute());
    }

    @Override
    public void attributed(Event<FeatureAttributed> event) {
        FeatureAttributed data = event.data();
        once(event, data.featureUid(), data.dictionary(), data.index(), handle -> keep(handle, event));
    }

    @Override
    public void state(List<Event<FeatureAttributed>> events) {
        jdbi.useTransaction(handle -> {
            for (Event<FeatureAttributed> event : events) {
                FeatureAttributed data = event.data();
                once(handle, event, data.featureUid(), data.dictionary(), data.index(), same -> {
                    keep(same, event);
                    outbox.add(same, event);
                });
            }
        });
    }

    private static void keep(Handle handle, Event<FeatureAttributed> event) {
        FeatureAttributed data = event.data();
        handle.createUpdate("""
                            insert into evidence (feature_uid, arm, arm_kind, screen, calibration, gradient, ablation, pooling,
                                                  stated_at)
                            values (:uid, :arm, :kind, :screen, :calibration, :gradient, :ablation, :pooling, :at)
                            on conflict (feature_uid, arm) do update
                            set arm_kind = excluded.arm_kind, screen = excluded.screen,
                                calibration = excluded.calibration,
                                gradient = coalesce(excluded.gradient, evidence.gradient),
                                ablation = coalesce(excluded.ablation, evidence.ablation),
                                pooling = excluded.pooling,
                                stated_at = excluded.stated_at
                            where evidence.stated_at <= excluded.stated_at
                            """)
                .bind("uid", data.featureUid())
                .bind("arm", data.arm())
                .bind("kind", data.armKind())
                .bind("screen", json(data.screen()))
                .bind("calibration", json(data.calibration()))
                .bind("gradient", json(data.gradient()))
                .bind("ablation", json(data.ablation()))
                .bind("pooling", json(data.pooling()))
                .bind("at", event.time())
                .execute();
        Grade grade = Grading.grade(PostgresFeatureRows.evidence(handle, data.featureUid()));
        handle.execute("update feature set grade = ? where uid = ?", grade.name(), data.featureUid());
    }

    /** Runs the change unless the event already took effect; the feature's row is there and locked. */
    private void once(Event<?> event, String uid, String dictionary, int index, Consumer<Handle> change) {
        jdbi.useTransaction(handle -> once(handle, event, uid, dictionary, index, change));
    }

    private void once(
            Handle handle, Event<?> event, String uid, String dictionary, int index, Consumer<Handle> change) {
        if (inbox.firstSeen(handle, event.source(), event.id())) {
            handle.execute(
                    "insert into feature (uid, dictionary, feature_index) values (?, ?, ?) on conflict do nothing",
                    uid,
                    dictionary,
                    index);
            handle.execute("select 1 from feature where uid = ? for update", uid);
            change.accept(handle);
        }
    }

    private static @Nullable String json(@Nullable Object value) {
        return value == null ? null : new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}
