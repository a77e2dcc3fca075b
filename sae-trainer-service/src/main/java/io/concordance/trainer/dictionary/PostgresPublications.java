package io.concordance.trainer.dictionary;

import io.concordance.contracts.json.Json;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Dictionaries that runs published. */
@ApplicationScoped
class PostgresPublications {
    private final Jdbi jdbi;

    PostgresPublications(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A published dictionary with the features that fired in it, and in it or in those it descends from. */
    record Published(long step, long tokens, Origin origin, BitSet alive, BitSet ever) {}

    static void add(Handle handle, UUID run, Publication publication) {
        Finished files = publication.files();
        handle.createUpdate("""
                        insert into published_dictionary (run, step, tokens, generation, digest, object_prefix, config_sha256,
                            weights_sha256, alive, ever, changes)
                        values (:run, :step, :tokens, :generation, :digest, :prefix, :config, :weights, :alive, :ever,
                            cast(:changes as jsonb))
                        on conflict do nothing
                        """)
                .bind("run", run)
                .bind("step", publication.step())
                .bind("tokens", publication.tokens())
                .bind("generation", publication.generation())
                .bind("digest", files.digest())
                .bind("prefix", files.prefix())
                .bind("config", files.configSha256())
                .bind("weights", files.weightsSha256())
                .bind("alive", publication.alive().toByteArray())
                .bind("ever", publication.ever().toByteArray())
                .bind("changes", json(publication))
                .execute();
    }

    private static String json(Publication publication) {
        Map<String, Long> changes = publication.changes().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().text(), Map.Entry::getValue));
        return new String(Json.canonical(changes), StandardCharsets.UTF_8);
    }

    /** The last one of a run, before a step. */
    Optional<Published> last(UUID run, long before) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from published_dictionary where run = :run and step < :before order by step desc limit 1
                        """)
                .bind("run", run)
                .bind("before", before)
                .map((row, context) -> published(row))
                .findOne());
    }

    /** Any with this digest: they are alike but for what they descend from. */
    Optional<Published> named(String digest) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from published_dictionary where digest = :digest order by run, step limit 1
                        """)
                .bind("digest", digest)
                .map((row, context) -> published(row))
                .findOne());
    }

    private static Published published(ResultSet row) throws SQLException {
        return new Published(
                row.getLong("step"),
                row.getLong("tokens"),
                new Origin(
                        row.getString("digest"),
                        row.getString("object_prefix"),
                        row.getString("config_sha256"),
                        row.getString("weights_sha256"),
                        row.getInt("generation")),
                BitSet.valueOf(row.getBytes("alive")),
                BitSet.valueOf(row.getBytes("ever")));
    }
}
