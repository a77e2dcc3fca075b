/**
 * Linear probes beside features: directions that are fitted to the bad outcomes of an arm, with random ones as a control,
 * screened and calibrated on documents that did not fit them. Pure computation.
 */
@NullMarked
package io.concordance.interp.probe;

import org.jspecify.annotations.NullMarked;
