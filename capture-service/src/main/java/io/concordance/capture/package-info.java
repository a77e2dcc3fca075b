/**
 * The capture service: registered models, uploaded transcripts, capture jobs, and the workers that turn slices of them
 * into shards.
 */
@NullMarked
package io.concordance.capture;

import org.jspecify.annotations.NullMarked;
