package io.concordance.kit.access;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tokens by their SHA-256, from a file of lines {@code name role,role sha256:...}; blank lines and those that begin with
 * {@code #} are skipped. A line that is anything else fails the start.
 */
@Startup
@ApplicationScoped
class Credentials {
    private final Map<String, Holder> byDigest;

    @Inject
    Credentials(AccessSettings settings) {
        this(read(settings.credentials()));
    }

    Credentials(List<String> lines) {
        this.byDigest = parse(lines);
    }

    private static List<String> read(Optional<Path> file) {
        try {
            return file.isEmpty() ? List.of() : Files.readAllLines(file.get());
        } catch (IOException e) {
            throw new IllegalStateException("concordance.access.credentials: " + file.get() + " cannot be read", e);
        }
    }

    private static Map<String, Holder> parse(List<String> lines) {
        Map<String, Holder> byDigest = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String field = "concordance.access.credentials, line " + (i + 1);
            String[] parts = line.split("\\s+", -1);
            if (parts.length != 3 || !Digests.isDigest(parts[2])) {
                throw new FieldProblem(field, null, "a name, roles and the sha256: digest of a token");
            }
            Set<String> roles = new LinkedHashSet<>(List.of(parts[1].split(",", -1)));
            if (!Roles.ALL.containsAll(roles)) {
                throw new FieldProblem(
                        field, parts[1], "roles with commas between them: " + String.join(", ", Roles.ALL));
            }
            if (byDigest.putIfAbsent(parts[2], new Holder(parts[0], Set.copyOf(roles))) != null) {
                throw new FieldProblem(field, parts[2], "each token once");
            }
        }
        return byDigest;
    }

    /**
     * Whose token it is; empty for one that is not in the file. Only digests are compared, so that the time it takes says
     * nothing about the token.
     */
    Optional<Holder> find(String token) {
        return Optional.ofNullable(byDigest.get(Digests.sha256(token)));
    }
}
