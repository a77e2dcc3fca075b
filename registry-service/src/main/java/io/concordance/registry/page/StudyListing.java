package io.concordance.registry.page;

import java.time.Instant;
import java.util.List;

/** Studies as other pages list them; implemented by whatever runs studies. */
public interface StudyListing {

    /** The newest studies, newest first. */
    List<StudyLink> latest(int limit);

    /**
     * A study whose page is {@code /studies/{id}}.
     *
     * @param stage where it is at, with how much of that is done; empty once it ended
     */
    record StudyLink(String id, String name, String state, String stage, Instant createdAt) {}
}
