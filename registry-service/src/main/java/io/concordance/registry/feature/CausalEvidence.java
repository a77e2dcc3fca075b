package io.concordance.registry.feature;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import java.util.List;

/** States what this service itself found out about features: kept, graded and published in one transaction. */
public interface CausalEvidence {

    /** An event that was stated before changes nothing and is not published again. */
    void state(List<Event<FeatureAttributed>> events);
}
