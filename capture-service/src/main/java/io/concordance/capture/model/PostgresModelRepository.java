package io.concordance.capture.model;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.page.Page;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Registered models, each kept whole as JSON. */
@ApplicationScoped
class PostgresModelRepository {
    private final Jdbi jdbi;

    PostgresModelRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** False when a model of this id is there already. */
    boolean add(RegisteredModel model) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        insert into model (id, name, body) values (:id, :name, cast(:body as jsonb))
                        on conflict (id) do nothing
                        """)
                        .bind("id", model.id())
                        .bind("name", model.name())
                        .bind("body", new String(Json.bytes(model), StandardCharsets.UTF_8))
                        .execute()
                == 1);
    }

    Optional<RegisteredModel> find(String id) {
        return jdbi.withHandle(handle -> handle.createQuery("select body from model where id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .map(PostgresModelRepository::read)
                .findOne());
    }

    Page<RegisteredModel> list(@Nullable String cursor, int limit) {
        if (cursor != null && find(cursor).isEmpty()) {
            throw new FieldProblem("cursor", cursor, "the 'next' of an earlier page");
        }
        List<RegisteredModel> found = jdbi.withHandle(handle -> handle.createQuery("""
                        select body from model
                        where cast(:cursor as text) is null
                           or (created_at, id) > (select created_at, id from model where id = :cursor)
                        order by created_at, id limit :limit
                        """)
                .bind("cursor", cursor)
                .bind("limit", limit + 1)
                .mapTo(String.class)
                .map(PostgresModelRepository::read)
                .list());
        boolean more = found.size() > limit;
        List<RegisteredModel> items = more ? found.subList(0, limit) : found;
        return new Page<>(items, more ? items.getLast().id() : null);
    }

    private static RegisteredModel read(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), RegisteredModel.class);
    }
}
