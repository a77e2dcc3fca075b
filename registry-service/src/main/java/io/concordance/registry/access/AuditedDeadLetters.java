package io.concordance.registry.access;

import io.concordance.kit.inbox.DeadLetterWitness;
import io.concordance.registry.audit.Audit;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Keeps what became of dead letters in the audit trail, under {@code dead-letter/} and its id. */
@ApplicationScoped
class AuditedDeadLetters implements DeadLetterWitness {
    private final Audit audit;

    AuditedDeadLetters(Audit audit) {
        this.audit = audit;
    }

    @Override
    public void ended(String id, String state, String by, @Nullable String why) {
        audit.add(by, "dead-letter-" + state, "dead-letter/" + id, why == null ? "" : why, null, null);
    }
}
