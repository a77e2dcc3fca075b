package io.concordance.registry.study;

/**
 * The work of one stage. An attempt is short or reports progress, may be repeated after any crash, and has no effect the
 * second time that it did not have the first.
 */
interface StageWork {

    StageName name();

    /** Whether an attempt makes sense now; without a say of its own a stage waits for all earlier ones. */
    default boolean ready(StudyRun run) {
        return run.completedBefore(name());
    }

    /** Whether all effects are in this service's database, so that they and the stage's row are one transaction. */
    default boolean local() {
        return false;
    }

    /**
     * Takes the stage as far as it goes now.
     *
     * @throws StudyFailure if the study cannot be carried on
     * @throws io.concordance.registry.peer.PeerUnavailable to be tried again
     */
    StageResult attempt(StudyRun run, ProgressSink progress);

    /** Hears of progress within a long attempt. */
    @FunctionalInterface
    interface ProgressSink {
        void progress(long done, long total, String unit);
    }
}
