package io.concordance.registry.access;

import io.concordance.kit.access.Holder;
import io.concordance.kit.access.Refusals;
import io.concordance.registry.audit.Audit;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.TreeSet;

/** Keeps refusals in the audit trail, under {@code access}. */
@ApplicationScoped
class AuditedRefusals implements Refusals {
    private static final int LONGEST = 1000;

    private final Audit audit;

    AuditedRefusals(Audit audit) {
        this.audit = audit;
    }

    @Override
    public void refused(Holder who, String what) {
        String roles = String.join(", ", new TreeSet<>(who.roles()));
        String why = what.length() <= LONGEST ? what : what.substring(0, LONGEST) + "...";
        audit.add(who.name() + " (" + roles + ")", "denied", "access", why, null, null);
    }
}
