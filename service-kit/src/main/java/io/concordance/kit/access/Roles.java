package io.concordance.kit.access;

import java.util.Collection;
import java.util.List;

/** What a credential is for. {@code docs/access.md} lists what each may call. */
public final class Roles {
    /** Registers models and transcripts, starts jobs, runs and studies, proposes levels of concern. */
    public static final String SUBMITTER = "submitter";

    /** Labels, proposes and reviews. */
    public static final String REVIEWER = "reviewer";

    /** Publishes releases, makes and revokes API keys. */
    public static final String RELEASER = "releaser";

    /** Reads everything, the audit trail and the metrics included. */
    public static final String AUDITOR = "auditor";

    /** Trains models: reads of the registry only features that nobody watches in deployment. */
    public static final String TRAINER = "trainer";

    /** Pulls releases, reports sightings and incidents. */
    public static final String MONITOR = "monitor";

    public static final List<String> ALL = List.of(SUBMITTER, REVIEWER, RELEASER, AUDITOR, TRAINER, MONITOR);

    private Roles() {}

    /**
     * Whether whoever has these roles is to be kept from what is watched. Other roles beside it do not help: whoever trains
     * a model is not to know.
     */
    public static boolean trains(Collection<String> roles) {
        return roles.contains(TRAINER);
    }
}
