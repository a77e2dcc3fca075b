/**
 * Which features of a dictionary a model's outcome comes from: what a job asks, and what fires on a prompt. The outcome is
 * a metric m of the predictions where the model would begin to write: the log-probability of the action's text, or the
 * log-odds of some tokens.
 */
@NullMarked
package io.concordance.capture.attribution;

import org.jspecify.annotations.NullMarked;
