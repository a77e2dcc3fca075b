/**
 * How well a label in words fits its feature: a language model is asked to use the label on windows that its explainer
 * never saw. Every score stands beside the same score of a label borrowed from another feature. Pure computation.
 */
@NullMarked
package io.concordance.interp.score;

import org.jspecify.annotations.NullMarked;
