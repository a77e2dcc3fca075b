package io.concordance.registry.incident;

import io.concordance.registry.incident.Incident.State;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Incidents. */
interface IncidentRepository {

    /** Adds an incident; whether there was none of its id. */
    boolean add(Incident incident);

    Optional<Incident> find(String id);

    /** As {@link #find}; other changes of it wait until this transaction ends. */
    Optional<Incident> lock(String id);

    /** Keeps state, job, attempts, problem and replay. */
    void save(Incident incident);

    /** Keeps an arm of an incident; the one that is kept, when there was one of these transcripts. */
    Arm add(String incident, Arm arm);

    /**
     * A page, newest first.
     *
     * @param state null for all
     * @param release digest, null for all
     * @param before id of the last one of the page before, null for the first page
     */
    List<Incident> list(@Nullable State state, @Nullable String release, @Nullable String before, int limit);

    /** Ids of incidents that wait to be replayed, oldest first. */
    List<String> waiting(int limit);
}
