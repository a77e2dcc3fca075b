/** Planted data for tests. */
@NullMarked
package io.concordance.interp.planted;

import org.jspecify.annotations.NullMarked;
