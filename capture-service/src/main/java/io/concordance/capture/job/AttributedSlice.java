package io.concordance.capture.job;

import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.event.ObjectRef;

/**
 * What a finished slice found out about its transcripts.
 *
 * @param object an {@link AttributionFile}
 */
public record AttributedSlice(int slice, String arm, int documents, ObjectRef object) {}
