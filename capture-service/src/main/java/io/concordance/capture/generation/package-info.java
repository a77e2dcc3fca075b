/**
 * Text that a model writes itself as part of an arm: what is asked for, how the next token is chosen, and the transcripts
 * that come of it.
 */
@NullMarked
package io.concordance.capture.generation;

import org.jspecify.annotations.NullMarked;
