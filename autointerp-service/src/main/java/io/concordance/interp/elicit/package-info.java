/**
 * Looks for an input that makes a feature fire which fired on nothing: tokens of texts that were read are swapped greedily, and
 * every input is scored by what capture reads on it. What is found is elicited, never observed.
 */
@NullMarked
package io.concordance.interp.elicit;

import org.jspecify.annotations.NullMarked;
