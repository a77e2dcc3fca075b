package io.concordance.registry.incident;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.incident.Capture.Job;
import io.concordance.registry.incident.Capture.Order;
import io.concordance.registry.incident.Capture.OrderArm;
import io.concordance.registry.incident.Incident.State;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.sql.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Replays incidents: the unmodified model reads the transcript in a capture job of role {@code evaluation}, whose rows nobody
 * learns from, in single precision, and what it read and had is held against the snapshot. Every step may be repeated: a
 * job is asked for under a key of its incident and attempt.
 */
@ApplicationScoped
class Replays {
    private static final String WHO = "registry";

    private final IncidentRepository incidents;
    private final SnapshotStore snapshots;
    private final Releases releases;
    private final Capture capture;
    private final Audit audit;
    private final Transactions transactions;

    Replays(
            IncidentRepository incidents,
            SnapshotStore snapshots,
            Releases releases,
            Capture capture,
            Audit audit,
            Transactions transactions) {
        this.incidents = incidents;
        this.snapshots = snapshots;
        this.releases = releases;
        this.capture = capture;
        this.audit = audit;
        this.transactions = transactions;
    }

    List<String> waiting(int limit) {
        return incidents.waiting(limit);
    }

    /**
     * Takes one step with an incident that waits.
     *
     * @throws io.concordance.registry.peer.PeerUnavailable to be tried again
     */
    void advance(String id) {
        Optional<Incident> waiting =
                incidents.find(id).filter(incident -> incident.state() == State.OPEN && incident.problem() == null);
        if (waiting.isEmpty()) {
            return;
        }
        Incident incident = waiting.get();
        try {
            String job = incident.job();
            if (job == null) {
                begin(incident);
            } else {
                look(incident, job);
            }
        } catch (PeerRefusal | FieldProblem e) {
            fail(incident, e.getMessage());
        }
    }

    private void begin(Incident incident) {
        IncidentSnapshot snapshot = snapshots.read(incident.snapshot());
        String transcripts = capture.upload(line(incident, snapshot)).digest();
        ReleaseManifest release = release(incident);
        Order order = new Order(
                release.model().id(),
                List.of(release.hook()),
                "evaluation",
                "fp32",
                "refuse",
                List.of(new OrderArm(
                        "incident",
                        "deployment",
                        transcripts,
                        snapshot.details().rendering())));
        Job job = capture.submit(order, "incident/" + incident.id() + "/replay/" + incident.attempts());
        change(incident, now -> now.with(State.OPEN, job.id(), now.attempts() + 1, null, null), null);
    }

    private static byte[] line(Incident incident, IncidentSnapshot snapshot) {
        ObjectNode line =
                Objects.requireNonNull(snapshot.details().transcript()).deepCopy();
        line.put("id", incident.id());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(Json.canonical(line));
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private void look(Incident incident, String id) {
        Job job = capture.job(id);
        if (job.completed()) {
            compare(incident, id);
        } else if (job.ended()) {
            fail(incident, "the capture job " + job.state() + (job.problem() == null ? "" : ": " + job.problem()));
        }
    }

    private void compare(Incident incident, String job) {
        IncidentSnapshot snapshot = snapshots.read(incident.snapshot());
        Optional<Replay> found =
                snapshots.captured(job, release(incident).hook(), shard -> Replay.compare(job, snapshot, shard));
        if (found.isEmpty()) {
            fail(incident, "capture completed the job and kept no shard of it");
            return;
        }
        Replay replay = found.get();
        State state = replay.equal() ? State.REPLAYED : State.DIFFERS;
        change(
                incident,
                now -> now.with(state, job, now.attempts(), null, replay),
                replay.equal() ? "the same tokens and activations" : "another result");
    }

    private void fail(Incident incident, @Nullable String why) {
        String problem = why == null ? "no reason given" : why;
        change(incident, now -> now.with(State.OPEN, now.job(), now.attempts(), problem, null), problem);
    }

    /** Unless somebody else has changed it meanwhile. */
    private void change(Incident seen, UnaryOperator<Incident> step, @Nullable String audited) {
        transactions.inTransaction(() -> {
            Optional<Incident> now = incidents
                    .lock(seen.id())
                    .filter(each -> each.state() == seen.state()
                            && Objects.equals(each.job(), seen.job())
                            && Objects.equals(each.problem(), seen.problem()));
            now.ifPresent(before -> {
                Incident after = step.apply(before);
                incidents.save(after);
                if (audited != null) {
                    String action = after.problem() != null ? "could not replay" : "replayed";
                    audit.add(WHO, action, before.subject(), audited, before, after);
                }
            });
            return seen;
        });
    }

    private ReleaseManifest release(Incident incident) {
        return releases.manifest(incident.release()).orElseThrow();
    }
}
