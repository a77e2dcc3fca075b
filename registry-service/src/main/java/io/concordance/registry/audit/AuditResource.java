package io.concordance.registry.audit;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.concordance.registry.audit.AuditChain.Noted;
import io.concordance.registry.audit.AuditChain.Verification;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit trail over REST, for reading and for checking. */
@Path("/v1/audit")
@Blocking
@RolesAllowed(Roles.AUDITOR)
class AuditResource {
    private static final int MAX_LIMIT = 500;

    private final Audit audit;

    AuditResource(Audit audit) {
        this.audit = audit;
    }

    @GET
    public Page<AuditEntry> list(
            @QueryParam("subject") @Nullable String subject,
            @QueryParam("cursor") @Nullable Long cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_LIMIT);
        }
        List<AuditEntry> items = audit.page(subject, cursor == null ? 0 : cursor, limit);
        return new Page<>(
                items,
                items.size() < limit ? null : Long.toString(items.getLast().id()));
    }

    /** Walks the whole chain. {@code entry} and {@code digest} are what somebody noted of an earlier walk. */
    @GET
    @Path("/verification")
    public Verification verify(
            @QueryParam("entry") @Nullable Long entry, @QueryParam("digest") @Nullable String digest) {
        if ((entry == null) != (digest == null)) {
            throw new FieldProblem(entry == null ? "entry" : "digest", null, "both entry and digest, or neither");
        }
        if (entry == null || digest == null) {
            return audit.verify(null);
        }
        if (!Digests.isDigest(digest)) {
            throw new FieldProblem("digest", digest, "sha256: and 64 hex digits");
        }
        return audit.verify(new Noted(entry, digest));
    }
}
