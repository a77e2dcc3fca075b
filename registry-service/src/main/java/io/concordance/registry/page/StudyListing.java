package io.concordance.registry.page;

import java.time.Instant;
import java.util.List;

/** Studies as the front page lists them; implemented by whatever runs studies. */
public interface StudyListing {

    /** The newest studies, newest first. */
    List<StudyLink> latest(int limit);

    /** A study whose page is {@code /studies/{id}}. */
    record StudyLink(String id, String name, String state, Instant createdAt) {}
}
