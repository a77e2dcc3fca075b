package io.concordance.registry.access;

import io.concordance.contracts.digest.Digests;
import io.concordance.kit.access.ApiKeys;
import io.concordance.kit.access.Holder;
import io.concordance.kit.access.Roles;
import io.concordance.registry.audit.Audit;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the form {@code cck_<prefix>_<secret>}, 6 and 32 random bytes in hex. So many bits need no slow hash: a SHA-256 of
 * the whole key is kept, and compared in constant time.
 */
@ApplicationScoped
class PostgresApiKeys implements ApiKeys {
    private static final Pattern KEY = Pattern.compile("cck_(?<prefix>[0-9a-f]{12})_[0-9a-f]{64}");
    private static final int PREFIX_BYTES = 6;
    private static final int SECRET_BYTES = 32;

    private final Jdbi jdbi;
    private final Audit audit;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    PostgresApiKeys(Jdbi jdbi, Audit audit, Clock clock) {
        this.jdbi = jdbi;
        this.audit = audit;
        this.clock = clock;
    }

    private record Kept(String name, byte[] digest) {}

    @Override
    public Optional<Holder> find(String key) {
        Matcher form = KEY.matcher(key);
        if (!form.matches()) {
            return Optional.empty();
        }
        byte[] digest = bytes(Digests.sha256(key));
        return jdbi.withHandle(handle -> handle.createQuery(
                                "select name, digest from api_key where prefix = :prefix and revoked_at is null")
                        .bind("prefix", form.group("prefix"))
                        .map((row, context) -> new Kept(row.getString("name"), bytes(row.getString("digest"))))
                        .findOne())
                .filter(kept -> MessageDigest.isEqual(digest, kept.digest))
                .map(kept -> new Holder(kept.name, Set.of(Roles.MONITOR)));
    }

    ApiKey.Made make(String name, String by) {
        String prefix = random(PREFIX_BYTES);
        String secret = MARK + prefix + "_" + random(SECRET_BYTES);
        ApiKey key = new ApiKey(prefix, name, by, clock.instant().truncatedTo(ChronoUnit.MILLIS), null, null);
        jdbi.useTransaction(handle -> {
            handle.createUpdate("""
                            insert into api_key (prefix, name, digest, created_by, created_at)
                            values (:prefix, :name, :digest, :by, :at)
                            """)
                    .bind("prefix", prefix)
                    .bind("name", name)
                    .bind("digest", Digests.sha256(secret))
                    .bind("by", by)
                    .bind("at", key.createdAt())
                    .execute();
            audit.add(by, "key-made", subject(prefix), "for " + name, null, key);
        });
        return new ApiKey.Made(key, secret);
    }

    /** Takes a key back; one that was taken back already stays as it is. */
    Optional<ApiKey> revoke(String prefix, String by) {
        return jdbi.inTransaction(handle -> {
            Optional<ApiKey> before = handle.createQuery("select * from api_key where prefix = :prefix for update")
                    .bind("prefix", prefix)
                    .map((row, context) -> key(row))
                    .findOne();
            if (before.isEmpty() || before.get().revokedAt() != null) {
                return before;
            }
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            handle.createUpdate("update api_key set revoked_by = :by, revoked_at = :now where prefix = :prefix")
                    .bind("prefix", prefix)
                    .bind("by", by)
                    .bind("now", now)
                    .execute();
            ApiKey open = before.get();
            ApiKey after = new ApiKey(prefix, open.name(), open.createdBy(), open.createdAt(), by, now);
            audit.add(by, "key-revoked", subject(prefix), "of " + open.name(), open, after);
            return Optional.of(after);
        });
    }

    /** Newest first; {@code before} is the prefix that the page before ended with. */
    List<ApiKey> page(@Nullable String before, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from api_key
                        where cast(:before as text) is null
                           or (created_at, prefix) < (select created_at, prefix from api_key where prefix = :before)
                        order by created_at desc, prefix desc limit :limit
                        """)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> key(row))
                .list());
    }

    private String random(int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private static String subject(String prefix) {
        return "key/" + prefix;
    }

    private static byte[] bytes(String digest) {
        return digest.getBytes(StandardCharsets.US_ASCII);
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        Timestamp revoked = row.getTimestamp("revoked_at");
        return new ApiKey(
                row.getString("prefix"),
                row.getString("name"),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getString("revoked_by"),
                revoked == null ? null : revoked.toInstant());
    }
}
