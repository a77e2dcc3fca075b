/**
 * What the directions that features write say by themselves: what they do to the model's logits, read through its
 * unembedding. Pure computation.
 */
@NullMarked
package io.concordance.interp.logit;

import org.jspecify.annotations.NullMarked;
