package io.concordance.registry.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit trail. Entries are added in the transaction of what they tell of, and never change. */
public interface Audit {

    /** Adds an entry; {@code before} and {@code after} are kept as JSON. */
    void add(String who, String action, String subject, String why, @Nullable Object before, @Nullable Object after);

    /** Entries about a subject, oldest first. */
    List<AuditEntry> of(String subject);
}
