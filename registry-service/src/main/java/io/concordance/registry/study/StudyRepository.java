package io.concordance.registry.study;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where studies are kept. */
interface StudyRepository {

    /** Keeps a new study, with its steps. Returns false, and changes nothing, when there is one of its id. */
    boolean insert(StudyRun run);

    Optional<StudyRun> find(UUID id);

    /**
     * Studies, newest first.
     *
     * @param before id of the last study of the page before, or null for the first page
     */
    List<StudyRun> list(@Nullable UUID before, int limit);

    /** Studies that have not ended, oldest first. */
    List<UUID> running();

    /** Keeps a step; one that has completed stays as it is. */
    void save(UUID id, Step step);

    /** Ends a study; one that has ended stays as it is. */
    void end(UUID id, StudyState state, @Nullable String problem, Instant at);

    /** Everything that {@code work} keeps through this thread's transactions is kept at once, or none of it. */
    void atomically(Runnable work);
}
