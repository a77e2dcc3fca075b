package io.concordance.cli.platform;

import java.time.Duration;
import java.util.List;

/** Hears how a start goes. Calls come from the thread that waits for the platform. */
public interface ProgressListener {

    /** Says nothing to anybody. */
    ProgressListener SILENT = new ProgressListener() {};

    /** A part answers for the first time. */
    default void ready(PartStatus part, Duration sinceStart) {}

    /** Called a few times a second with the names of the parts that do not answer yet. */
    default void waiting(List<String> parts, Duration sinceStart) {}
}
