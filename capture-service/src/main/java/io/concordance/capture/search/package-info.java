/**
 * Search for steering directions: vectors which, added to the stream at one hook at a finite length, change most what a
 * model does behind it. A gate that benign prompts never open is invisible to the Jacobian, so the search climbs where the
 * pushed model is, not where it began.
 */
@NullMarked
package io.concordance.capture.search;

import org.jspecify.annotations.NullMarked;
