/**
 * The identity of a feature.
 */
@NullMarked
package io.concordance.contracts.feature;

import org.jspecify.annotations.NullMarked;
