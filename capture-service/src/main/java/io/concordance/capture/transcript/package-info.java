/**
 * Uploaded transcripts: files of JSON lines, kept under their digest with an index of where each document lies.
 */
@NullMarked
package io.concordance.capture.transcript;

import org.jspecify.annotations.NullMarked;
