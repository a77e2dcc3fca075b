/**
 * Dictionaries and activations as ND4J arrays, for whoever works with that library. In builds with ND4J only.
 */
@NullMarked
package io.concordance.trainer.nd4j;

import org.jspecify.annotations.NullMarked;
