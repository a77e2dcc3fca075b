package io.concordance.contracts.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which keys may sign what: the root metadata of TUF (The Update Framework, specification 1.0, sections 4.3 and 5.3). A
 * monitor is given one out of band and believes nothing else, except a next one that the keys of both sign.
 *
 * @param version one more than the document it replaces; 1 for the first
 * @param expiresAt from when on nothing may be believed because of it
 * @param keys every key that a role names, each once
 * @param roles {@link #ROOT} signs the next document, {@link #TARGETS} releases, {@link #TARGETS_HIGH} releases with a
 *     feature or rule of level high, {@link #TIMESTAMP} channel pointers
 */
public record TrustDocument(
        String format, long version, Instant expiresAt, List<PublicKeyInfo> keys, Map<String, Role> roles) {
    public static final String FORMAT = "concordance-trust/1";
    public static final String PAYLOAD_TYPE = "application/vnd.concordance.trust+json";
    public static final String ROOT = "root";
    public static final String TARGETS = "targets";
    public static final String TARGETS_HIGH = "targets-high";
    public static final String TIMESTAMP = "timestamp";

    /** Fewest signatures on a release with something of level high. */
    public static final int FEWEST_FOR_HIGH = 2;

    private static final List<String> ROLES = List.of(ROOT, TARGETS, TARGETS_HIGH, TIMESTAMP);
    private static final int MOST_KEYS = 64;

    /**
     * Who acts in a role.
     *
     * @param threshold how many different keys must sign
     */
    public record Role(int threshold, List<String> keyIds) {
        public Role {
            keyIds = List.copyOf(keyIds);
            if (threshold < 1 || threshold > new HashSet<>(keyIds).size()) {
                throw new FieldProblem("threshold", threshold, "1 to the number of keys of the role");
            }
        }

        /** Of these keys. */
        public static Role of(int threshold, List<PublicKeyInfo> keys) {
            return new Role(threshold, keys.stream().map(PublicKeyInfo::keyId).toList());
        }
    }

    public TrustDocument {
        if (!FORMAT.equals(format)) {
            throw new FieldProblem("format", format, FORMAT);
        }
        if (version < 1) {
            throw new FieldProblem("version", version, "at least 1");
        }
        if (expiresAt == null) {
            throw new FieldProblem("expiresAt", null, "a time");
        }
        keys = List.copyOf(keys);
        roles = new TreeMap<>(roles);
        Set<String> known = new HashSet<>();
        for (PublicKeyInfo key : keys) {
            if (!known.add(key.keyId()) || known.size() > MOST_KEYS) {
                throw new FieldProblem("keys", key.keyId(), "up to " + MOST_KEYS + " keys, each once");
            }
        }
        for (String name : roles.keySet()) {
            if (!ROLES.contains(name)) {
                throw new FieldProblem("roles", name, String.join(", ", ROLES));
            }
        }
        for (String name : ROLES) {
            Role role = roles.get(name);
            if (role == null) {
                throw new FieldProblem("roles." + name, null, "a role");
            }
            if (!known.containsAll(role.keyIds())) {
                throw new FieldProblem("roles." + name + ".keyIds", role.keyIds(), "ids of listed keys");
            }
        }
        requireApart(roles);
    }

    /** The key that is online signs nothing but pointers, and one person alone releases nothing of level high. */
    private static void requireApart(Map<String, Role> roles) {
        Role timestamp = required(roles, TIMESTAMP);
        for (String name : List.of(ROOT, TARGETS, TARGETS_HIGH)) {
            if (required(roles, name).keyIds().stream().anyMatch(timestamp.keyIds()::contains)) {
                throw new FieldProblem("roles." + name + ".keyIds", timestamp.keyIds(), "no key of role timestamp");
            }
        }
        int high = required(roles, TARGETS_HIGH).threshold();
        if (high < FEWEST_FOR_HIGH) {
            throw new FieldProblem("roles.targets-high.threshold", high, "at least " + FEWEST_FOR_HIGH);
        }
    }

    /**
     * A document in which the same reviewers sign every release, two of them those with something of level high.
     *
     * @param rootThreshold how many of {@code root} must sign the next document
     */
    public static TrustDocument of(
            long version,
            Instant expiresAt,
            List<PublicKeyInfo> root,
            int rootThreshold,
            List<PublicKeyInfo> targets,
            PublicKeyInfo timestamp) {
        List<PublicKeyInfo> all = new java.util.ArrayList<>(root);
        all.addAll(targets);
        all.add(timestamp);
        return new TrustDocument(
                FORMAT,
                version,
                expiresAt,
                all.stream().distinct().toList(),
                Map.of(
                        ROOT, Role.of(rootThreshold, root),
                        TARGETS, Role.of(1, targets),
                        TARGETS_HIGH, Role.of(FEWEST_FOR_HIGH, targets),
                        TIMESTAMP, Role.of(1, List.of(timestamp))));
    }

    /** Signs the canonical document; a replacement needs keys of both documents' root roles. */
    public Envelope sign(List<SigningKey> root) {
        return Envelope.sign(PAYLOAD_TYPE, Json.canonical(this), root);
    }

    /**
     * The document in an envelope that its own root role signed: proof that those keys are at hand, and no reason to
     * believe them.
     *
     * @throws Refusal when it is not one
     */
    public static TrustDocument selfSigned(Envelope envelope) {
        TrustDocument document = Documents.read(envelope.body(PAYLOAD_TYPE), TrustDocument.class);
        envelope.verifyKnown(PAYLOAD_TYPE, document, ROOT);
        return document;
    }

    /**
     * The document that replaces this one. Its expiry is not looked at: only that of the last of a chain matters.
     *
     * @throws Refusal unless the root roles of both signed it and its version is one more
     */
    public TrustDocument next(Envelope envelope) {
        envelope.verifyKnown(PAYLOAD_TYPE, this, ROOT);
        TrustDocument next = selfSigned(envelope);
        envelope.requireSignersAmong(Stream.of(this, next)
                .flatMap(document -> document.keys.stream())
                .map(PublicKeyInfo::keyId)
                .collect(Collectors.toSet()));
        if (next.version != version + 1) {
            throw new Refusal(
                    Refusal.Reason.ROLLBACK, "trust document of version " + next.version + " after " + version);
        }
        return next;
    }

    /** @throws Refusal {@code EXPIRED} from {@link #expiresAt} on */
    public void requireCurrent(Instant now) {
        if (!now.isBefore(expiresAt)) {
            throw new Refusal(Refusal.Reason.EXPIRED, "trust document expired at " + expiresAt);
        }
    }

    /** Digest of its canonical bytes: what to compare when the document itself came over the network. */
    public String digest() {
        return Digests.sha256(Json.canonical(this));
    }

    Role role(String name) {
        return required(roles, name);
    }

    private static Role required(Map<String, Role> roles, String name) {
        Role role = roles.get(name);
        if (role == null) {
            throw new FieldProblem("roles." + name, null, "a role");
        }
        return role;
    }
}
