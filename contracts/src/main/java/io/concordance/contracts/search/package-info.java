/** Steering directions that a search found, as files. */
@NullMarked
package io.concordance.contracts.search;

import org.jspecify.annotations.NullMarked;
