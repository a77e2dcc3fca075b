package io.concordance.registry.release;

import io.concordance.contracts.release.ReleaseManifest.Model;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresModelCards implements ModelCardRepository {
    private final Jdbi jdbi;

    PostgresModelCards(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public Optional<Model> find(String id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from model_card where id = :id")
                .bind("id", id)
                .map((row, context) -> new Model(
                        id,
                        row.getString("name"),
                        row.getString("onnx_digest"),
                        row.getString("tokenizer_digest"),
                        row.getString("data_digest"),
                        row.getString("tokenizer_config_digest")))
                .findOne());
    }

    @Override
    public void save(Model model) {
        jdbi.useHandle(handle -> handle.execute(
                "insert into model_card (id, name, onnx_digest, tokenizer_digest, data_digest, tokenizer_config_digest)"
                        + " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                model.id(),
                model.name(),
                model.onnxDigest(),
                model.tokenizerDigest(),
                model.dataDigest(),
                model.tokenizerConfigDigest()));
    }
}
