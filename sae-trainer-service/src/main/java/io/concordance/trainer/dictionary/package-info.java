/**
 * Dictionary runs: what people ask for and follow, who trains which run, and what a finished run publishes.
 */
@NullMarked
package io.concordance.trainer.dictionary;

import org.jspecify.annotations.NullMarked;
