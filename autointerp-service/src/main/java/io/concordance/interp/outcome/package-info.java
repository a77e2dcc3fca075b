/**
 * Which features go with bad outcomes: screens on one split of the documents, thresholds on another, checks on a third.
 * Pure computation.
 */
@NullMarked
package io.concordance.interp.outcome;

import org.jspecify.annotations.NullMarked;
