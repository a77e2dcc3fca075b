package io.concordance.capture.transcript;

import io.concordance.capture.transcript.TranscriptFile.Outcomes;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Uploaded transcript files and their indexes. */
@ApplicationScoped
class PostgresTranscriptRepository {
    private final Jdbi jdbi;

    PostgresTranscriptRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** False when a file of this digest is there already. */
    boolean add(TranscriptFile file, DocumentIndex index) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        insert into transcript_file (digest, documents, bytes, bad, ok, unknown, document_index)
                        values (:digest, :documents, :bytes, :bad, :ok, :unknown, :index)
                        on conflict (digest) do nothing
                        """)
                        .bind("digest", file.digest())
                        .bind("documents", file.documents())
                        .bind("bytes", file.bytes())
                        .bind("bad", file.outcomes().bad())
                        .bind("ok", file.outcomes().ok())
                        .bind("unknown", file.outcomes().unknown())
                        .bind("index", index.toBytes())
                        .execute()
                == 1);
    }

    Optional<TranscriptFile> find(String digest) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select digest, documents, bytes, bad, ok, unknown from transcript_file where digest = :digest
                        """)
                .bind("digest", digest)
                .map((row, context) -> new TranscriptFile(
                        row.getString("digest"),
                        row.getInt("documents"),
                        row.getLong("bytes"),
                        new Outcomes(row.getInt("bad"), row.getInt("ok"), row.getInt("unknown"))))
                .findOne());
    }

    Optional<DocumentIndex> index(String digest) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select document_index from transcript_file where digest = :digest")
                        .bind("digest", digest)
                        .mapTo(byte[].class)
                        .map(DocumentIndex::of)
                        .findOne());
    }
}
