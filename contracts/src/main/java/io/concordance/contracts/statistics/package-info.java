/**
 * The few statistics that evidence rests on, each with its interval.
 */
@NullMarked
package io.concordance.contracts.statistics;

import org.jspecify.annotations.NullMarked;
