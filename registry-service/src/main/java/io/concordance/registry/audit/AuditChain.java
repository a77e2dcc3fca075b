package io.concordance.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Walks the chain that audit entries make and finds the first link that does not hold. Each entry has the digest of the one
 * before it, so that whoever changes, removes or inserts one has to write all later ones anew, and their digests with them.
 * Not thread-safe.
 */
public final class AuditChain {
    /** What the first entry has in place of a digest of the one before. */
    public static final String START = "sha256:" + "0".repeat(64);

    private long entries;
    private String head = START;
    private @Nullable Break broken;

    /**
     * What a walk came to.
     *
     * @param entries that were walked and hold
     * @param head digest of the last of them: who notes it can tell later whether anything up to there was changed
     * @param broken the first entry that does not hold, null when all do
     */
    public record Verification(
            long entries, String head, @Nullable Break broken) {}

    /** @param entry id of the first entry that does not hold */
    public record Break(long entry, String problem) {}

    /** What a digest is of. */
    private record Content(
            long id,
            Instant at,
            String who,
            String action,
            String subject,
            String why,
            @Nullable JsonNode before,
            @Nullable JsonNode after,
            String previous) {}

    /** The digest that an entry with this content must have; its own is not looked at. */
    public static String digest(AuditEntry entry) {
        return Digests.sha256(Json.canonical(new Content(
                entry.id(),
                entry.at(),
                entry.who(),
                entry.action(),
                entry.subject(),
                entry.why(),
                entry.before(),
                entry.after(),
                entry.previous())));
    }

    /** Walks on; entries come by id. After the first break the rest says nothing and is skipped. */
    void next(AuditEntry entry) {
        if (broken != null) {
            return;
        }
        String problem = problem(entry);
        if (problem != null) {
            broken = new Break(entry.id(), problem);
            return;
        }
        entries++;
        head = entry.digest();
    }

    private @Nullable String problem(AuditEntry entry) {
        if (entry.id() != entries + 1) {
            return "comes after entry " + entries + ": entries between them are missing";
        }
        if (!entry.previous().equals(head)) {
            return "does not hold the digest of entry " + entries + " as it is now";
        }
        return digest(entry).equals(entry.digest()) ? null : "has other content than its digest";
    }

    /**
     * Holds the walk against what was noted earlier: an end that was cut off leaves a chain in which every link holds.
     *
     * @param noted an entry's id and digest; null when nothing was noted
     * @param found the digest that this entry has now, null when there is none
     */
    Verification end(@Nullable Noted noted, @Nullable String found) {
        if (broken == null && noted != null && !noted.digest().equals(found)) {
            broken = new Break(
                    noted.entry(),
                    found == null ? "is missing" : "had another digest when it was noted, and has " + found);
        }
        return new Verification(entries, head, broken);
    }

    /** An entry as somebody saw it earlier. */
    public record Noted(long entry, String digest) {}
}
