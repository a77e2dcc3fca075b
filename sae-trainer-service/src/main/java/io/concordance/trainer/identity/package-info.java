/**
 * What became of each feature from one published dictionary to the next: the rule of docs/identity.md, free of any
 * framework.
 */
@NullMarked
package io.concordance.trainer.identity;

import org.jspecify.annotations.NullMarked;
