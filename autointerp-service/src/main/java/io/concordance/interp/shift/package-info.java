/**
 * Shift tests: windows of text that a feature fires on are captured again at other positions, behind text that has nothing to
 * do with them, to see whether it is the place or the content that counts.
 */
@NullMarked
package io.concordance.interp.shift;

import org.jspecify.annotations.NullMarked;
