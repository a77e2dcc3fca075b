/**
 * Labels: what a feature seems to mean, as text and as a rule that can be asked about any token, and how well the rule
 * predicts firing on documents the explainer never saw. Pure computation.
 */
@NullMarked
package io.concordance.interp.label;

import org.jspecify.annotations.NullMarked;
