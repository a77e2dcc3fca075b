/**
 * Whether features bring an outcome about: means over transcripts of what gradients and removals say, the search for
 * groups that do together what none does alone, and rates of the action in what the model writes. Pure computation.
 */
@NullMarked
package io.concordance.registry.study.causal;

import org.jspecify.annotations.NullMarked;
