package io.concordance.registry.incident;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.incident.IncidentDetails;
import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.Rule;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.incident.Incident.Snapshot;
import io.concordance.registry.incident.Incident.State;
import io.concordance.registry.page.IncidentListing;
import io.concordance.registry.sql.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Takes in what monitors kept of sessions on which they fired, and makes arms of it. */
@ApplicationScoped
class IncidentService implements IncidentListing {
    private static final int ID_DIGITS = 32;
    /** Snapshots held in memory at a time. */
    private static final int AT_ONCE = 2;

    private final IncidentRepository incidents;
    private final SnapshotStore snapshots;
    private final Releases releases;
    private final Capture capture;
    private final Audit audit;
    private final Transactions transactions;
    private final Clock clock;
    private final Semaphore memory = new Semaphore(AT_ONCE);

    IncidentService(
            IncidentRepository incidents,
            SnapshotStore snapshots,
            Releases releases,
            Capture capture,
            Audit audit,
            Transactions transactions,
            Clock clock) {
        this.incidents = incidents;
        this.snapshots = snapshots;
        this.releases = releases;
        this.capture = capture;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** An incident, and whether it is new. */
    record Taken(Incident incident, boolean added) {}

    /**
     * Takes in a snapshot. It is durable before anything says that there is an incident; the same snapshot again is the same
     * incident.
     *
     * @throws FieldProblem when the file is no snapshot, or not one of a session under a release of this registry
     */
    Taken take(Upload upload) {
        memory.acquireUninterruptibly();
        try {
            IncidentSnapshot snapshot = IncidentSnapshot.read(read(upload));
            List<String> evaluated = releases.firing(check(snapshot), snapshot);
            Snapshot stored = snapshots.put(upload.file(), upload.digest());
            return add(snapshot, evaluated, stored);
        } finally {
            memory.release();
        }
    }

    private static byte[] read(Upload upload) {
        try {
            return Files.readAllBytes(upload.file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ReleaseManifest check(IncidentSnapshot snapshot) {
        IncidentDetails details = snapshot.details();
        ReleaseManifest release = releases.manifest(details.release())
                .orElseThrow(() -> new FieldProblem("release", details.release(), "the digest of a published release"));
        same("model", details.model(), release.model().onnxDigest());
        same("tokenizer", details.tokenizer(), release.model().tokenizerDigest());
        if (snapshot.width() != release.width()) {
            throw new FieldProblem(
                    "activation",
                    snapshot.tokens().length + " rows of " + snapshot.width() + " values",
                    "rows of " + release.width() + " values, as the release's hook point has");
        }
        List<String> rules = release.rules().stream().map(Rule::id).toList();
        for (int i = 0; i < details.rules().size(); i++) {
            if (!rules.contains(details.rules().get(i))) {
                throw new FieldProblem("rules[" + i + "]", details.rules().get(i), "one of the release's, " + rules);
            }
        }
        return release;
    }

    private static void same(String field, String given, String expected) {
        if (!given.equals(expected)) {
            throw new FieldProblem(field, given, expected + ", as the release says");
        }
    }

    private Taken add(IncidentSnapshot snapshot, List<String> evaluated, Snapshot stored) {
        IncidentDetails details = snapshot.details();
        Incident incident = new Incident(
                "i_" + Digests.hex(stored.sha256()).substring(0, ID_DIGITS),
                now(),
                State.OPEN,
                details.monitor(),
                details.release(),
                details.session(),
                details.rules(),
                evaluated,
                snapshot.tokens().length,
                snapshot.width(),
                details.text() != null,
                stored,
                null,
                0,
                null,
                null,
                List.of());
        return transactions.inTransaction(() -> {
            boolean added = incidents.add(incident);
            if (added) {
                String why = "fired " + String.join(", ", details.rules());
                audit.add(details.monitor(), "reported", incident.subject(), why, null, incident);
            }
            return new Taken(find(incident.id()), added);
        });
    }

    /** @throws ProblemException 404 */
    Incident find(String id) {
        return incidents.find(id).orElseThrow(() -> ProblemException.notFound("incident", id));
    }

    List<Incident> list(@Nullable State state, @Nullable String release, @Nullable String before, int limit) {
        return incidents.list(state, release, before, limit);
    }

    @Override
    public List<IncidentLine> latestIncidents(int limit) {
        return incidents.list(null, null, null, limit).stream()
                .map(incident -> new IncidentLine(
                        incident.id(),
                        incident.at(),
                        incident.state().wire(),
                        incident.monitor(),
                        incident.session(),
                        incident.rules(),
                        incident.tokens(),
                        incident.problem(),
                        incident.replay() == null ? null : incident.replay().relative(),
                        incident.arms().stream().map(Arm::name).toList()))
                .toList();
    }

    byte[] snapshot(String id) {
        return snapshots.bytes(find(id).snapshot());
    }

    /**
     * Has a replay that came to nothing begun again.
     *
     * @throws ProblemException 404, 409 when there is nothing to begin again
     */
    Incident replayAgain(String id) {
        return transactions.inTransaction(() -> {
            Incident incident = incidents.lock(id).orElseThrow(() -> ProblemException.notFound("incident", id));
            if (incident.state() != State.OPEN || incident.problem() == null) {
                throw ProblemException.conflict("Incident " + id + " has no replay that came to nothing.");
            }
            Incident again = incident.with(State.OPEN, null, incident.attempts(), null, null);
            incidents.save(again);
            return again;
        });
    }

    /**
     * Makes an arm of an incident, and of others with it: their transcripts, uploaded where studies take them from. The same
     * order again is the same arm.
     *
     * @throws FieldProblem when a part of the order is missing or wrong
     * @throws ProblemException 404, 409 for an incident that was not replayed with the same result
     * @throws io.concordance.registry.peer.PeerUnavailable when capture cannot take the transcripts now
     */
    Arm arm(String id, @Nullable ArmOrder given) {
        ArmOrder order = ArmOrder.checked(given);
        CaughtTranscripts lines = new CaughtTranscripts();
        List<String> ids = order.incidents(id);
        for (String each : ids) {
            Incident incident = each.equals(id)
                    ? find(id)
                    : incidents.find(each).orElseThrow(() -> new FieldProblem("with", each, "the id of an incident"));
            lines.add(incident, transcript(incident), Objects.requireNonNull(order.outcome()));
        }
        byte[] file = lines.toBytes();
        String digest = Digests.sha256(file);
        String uploaded = capture.upload(file).digest();
        if (!uploaded.equals(digest)) {
            throw new IllegalStateException("capture took the transcripts " + digest + " for " + uploaded);
        }
        Arm arm = new Arm(
                CaughtTranscripts.KIND + "-" + Digests.hex(digest).substring(0, 8),
                CaughtTranscripts.KIND,
                digest,
                ids.size(),
                ids,
                Objects.requireNonNull(order.outcome()),
                Objects.requireNonNull(order.by()),
                Objects.requireNonNull(order.reason()),
                now());
        return transactions.inTransaction(() -> {
            Incident before = incidents.lock(id).orElseThrow();
            Arm kept = incidents.add(id, arm);
            if (kept.equals(arm)) {
                audit.add(arm.by(), "armed", before.subject(), arm.reason(), null, arm);
            }
            return kept;
        });
    }

    private JsonNode transcript(Incident incident) {
        if (!incident.replayable()) {
            throw ProblemException.conflict("Incident " + incident.id() + " holds token ids and no transcript.");
        }
        if (incident.state() != State.REPLAYED) {
            throw ProblemException.conflict("Incident " + incident.id() + " is "
                    + incident.state().wire() + ": an arm is made of what was replayed with the same result.");
        }
        return Objects.requireNonNull(
                snapshots.read(incident.snapshot()).details().transcript());
    }

    /** The transcript file of an arm of an incident; empty when there is none. */
    Optional<byte[]> armFile(String id, String digest) {
        boolean known =
                find(id).arms().stream().anyMatch(arm -> arm.transcripts().equals(digest));
        return known ? snapshots.transcripts(digest) : Optional.empty();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
