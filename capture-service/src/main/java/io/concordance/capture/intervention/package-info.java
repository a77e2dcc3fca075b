/**
 * Interventions: what a job changes inside the model while it runs, checked at the door, bound to weights for a run, and
 * judged by what they do to the model's predictions.
 */
@NullMarked
package io.concordance.capture.intervention;

import org.jspecify.annotations.NullMarked;
