/**
 * Whether a feature answers to where a token stands, to what stands there, or to both. Pure computation on the evidence of
 * a pass.
 */
@NullMarked
package io.concordance.interp.position;

import org.jspecify.annotations.NullMarked;
