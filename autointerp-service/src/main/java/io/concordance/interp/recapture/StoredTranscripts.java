package io.concordance.interp.recapture;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Transcript files that capture keeps. */
@ApplicationScoped
public class StoredTranscripts {
    private static final long MOST_BYTES = 64L << 20;

    private final ObjectStore store;

    StoredTranscripts(ObjectStore store) {
        this.store = store;
    }

    /**
     * All of a file.
     *
     * @param field that names it
     * @param most transcripts
     * @throws FieldProblem on the field when there is no such file, or it is too large
     */
    public List<Transcript> read(String field, @Nullable String digest, int most) {
        if (digest == null || !Digests.isDigest(digest)) {
            throw new FieldProblem(field, digest, "the digest of a stored transcript file");
        }
        try {
            byte[] bytes = store.get("transcripts/" + Digests.hex(digest) + ".jsonl", MOST_BYTES);
            return Transcripts.readAll(
                    new ByteArrayInputStream(bytes),
                    new Transcripts.Limits(Transcripts.Limits.DEFAULT.lineBytes(), most));
        } catch (ObjectStoreException.Missing e) {
            throw new FieldProblem(field, digest, "the digest of a stored transcript file");
        } catch (ObjectStoreException.TooLarge e) {
            throw new FieldProblem(field, digest, "a file of at most " + MOST_BYTES + " bytes");
        } catch (FieldProblem e) {
            throw e.inside(field);
        }
    }
}
