package io.concordance.registry.audit;

import io.concordance.registry.audit.AuditChain.Noted;
import io.concordance.registry.audit.AuditChain.Verification;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit trail. Entries are added in the transaction of what they tell of, and never change. */
public interface Audit {

    /**
     * Adds an entry; {@code before} and {@code after} are kept as JSON. Other entries wait until this transaction ends, so
     * it is the last thing to do in one.
     */
    void add(String who, String action, String subject, String why, @Nullable Object before, @Nullable Object after);

    /** Entries about a subject, oldest first. */
    List<AuditEntry> of(String subject);

    /**
     * Oldest first, with ids above {@code after}.
     *
     * @param subject null for all
     */
    List<AuditEntry> page(@Nullable String subject, long after, int limit);

    /**
     * Walks all entries.
     *
     * @param noted an entry as it was seen earlier, null for none
     */
    Verification verify(@Nullable Noted noted);
}
