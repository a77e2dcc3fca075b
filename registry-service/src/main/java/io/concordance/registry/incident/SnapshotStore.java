package io.concordance.registry.incident;

import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.shard.Shard;
import io.concordance.registry.incident.Incident.Snapshot;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Objects that incidents are made of. */
interface SnapshotStore {

    /** Stores a snapshot under its digest; when this returns it is durable, and it never changes. */
    Snapshot put(Path file, String sha256);

    byte[] bytes(Snapshot snapshot);

    default IncidentSnapshot read(Snapshot snapshot) {
        return IncidentSnapshot.read(bytes(snapshot));
    }

    /** What a job of one transcript captured at a hook point, open during the call; empty when there is no such shard. */
    <T> Optional<T> captured(String job, String hook, Function<Shard, T> reader);

    /** A transcript file that capture keeps; empty when there is none. */
    Optional<byte[]> transcripts(String digest);
}
