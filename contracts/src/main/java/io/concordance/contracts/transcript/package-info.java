/**
 * Transcripts: what a model read and wrote, one JSON object a line.
 */
@NullMarked
package io.concordance.contracts.transcript;

import org.jspecify.annotations.NullMarked;
