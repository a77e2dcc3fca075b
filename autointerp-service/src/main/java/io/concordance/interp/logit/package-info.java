/**
 * What features do to a model's logits by the direction they write alone: decoder rows read through the model's
 * unembedding. Pure computation.
 */
@NullMarked
package io.concordance.interp.logit;

import org.jspecify.annotations.NullMarked;
