/**
 * Capture jobs: what is asked for, how it is cut into slices, and how far it has come.
 */
@NullMarked
package io.concordance.capture.job;

import org.jspecify.annotations.NullMarked;
