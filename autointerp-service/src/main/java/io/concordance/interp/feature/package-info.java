/** What is kept about one feature, as people and other services read it. */
@NullMarked
package io.concordance.interp.feature;

import org.jspecify.annotations.NullMarked;
