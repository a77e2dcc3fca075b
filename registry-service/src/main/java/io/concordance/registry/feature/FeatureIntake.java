package io.concordance.registry.feature;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.FeatureExplained;

/**
 * Takes in what events say. Order does not matter: repeats change nothing, and of two statements about the same part the
 * later stays.
 */
interface FeatureIntake {

    void discovered(Event<FeatureDiscovered> event);

    void explained(Event<FeatureExplained> event);

    void attributed(Event<FeatureAttributed> event);
}
