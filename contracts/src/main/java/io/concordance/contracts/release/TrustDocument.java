package io.concordance.contracts.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which keys may sign what, in the manner of TUF. A monitor is given it out of band and believes nothing else.
 *
 * @param keys every key that a role names
 * @param roles {@link #TARGETS} signs releases, {@link #TIMESTAMP} signs channel pointers
 */
public record TrustDocument(String format, List<Key> keys, Map<String, Role> roles) {
    public static final String FORMAT = "concordance-trust/1";
    public static final String TARGETS = "targets";
    public static final String TIMESTAMP = "timestamp";

    /**
     * A public key.
     *
     * @param keyId hex SHA-256 of the raw key
     * @param scheme {@link #ED25519}
     * @param publicKey the 32 raw bytes in base64
     */
    public record Key(String keyId, String scheme, String publicKey) {
        public static final String ED25519 = "ed25519";

        public Key {
            if (!ED25519.equals(scheme)) {
                throw new FieldProblem("scheme", scheme, ED25519);
            }
            byte[] raw = raw(publicKey);
            if (raw.length != Ed25519.PUBLIC_KEY_BYTES) {
                throw new FieldProblem("publicKey", publicKey, "the 32 bytes of an Ed25519 public key in base64");
            }
            if (!Ed25519.keyId(raw).equals(keyId)) {
                throw new FieldProblem("keyId", keyId, "the hex SHA-256 of the public key");
            }
        }

        byte[] raw() {
            return raw(publicKey);
        }

        private static byte[] raw(String base64) {
            try {
                return Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new FieldProblem("publicKey", base64, "base64");
            }
        }
    }

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
    }

    public TrustDocument {
        if (!FORMAT.equals(format)) {
            throw new FieldProblem("format", format, FORMAT);
        }
        keys = List.copyOf(keys);
        roles = new TreeMap<>(roles);
        Set<String> known = new HashSet<>();
        keys.forEach(key -> known.add(key.keyId()));
        for (String name : List.of(TARGETS, TIMESTAMP)) {
            Role role = roles.get(name);
            if (role == null) {
                throw new FieldProblem("roles." + name, null, "a role");
            }
            if (!known.containsAll(role.keyIds())) {
                throw new FieldProblem("roles." + name + ".keyIds", role.keyIds(), "ids of listed keys");
            }
        }
    }

    /** Trusts {@code targets} and {@code timestamp} keys, with as many signatures as {@code targetsThreshold} on releases. */
    public static TrustDocument of(List<Key> targets, int targetsThreshold, Key timestamp) {
        List<Key> all = new java.util.ArrayList<>(targets);
        all.add(timestamp);
        return new TrustDocument(
                FORMAT,
                all.stream().distinct().toList(),
                Map.of(
                        TARGETS,
                        new Role(
                                targetsThreshold,
                                targets.stream().map(Key::keyId).toList()),
                        TIMESTAMP,
                        new Role(1, List.of(timestamp.keyId()))));
    }

    /** Digest of its canonical bytes: what to compare when the document itself came over the network. */
    public String digest() {
        return Digests.sha256(Json.canonical(this));
    }

    Role role(String name) {
        Role role = roles.get(name);
        if (role == null) {
            throw new FieldProblem("roles." + name, null, "a role");
        }
        return role;
    }
}
