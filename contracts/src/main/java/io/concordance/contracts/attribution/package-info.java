/**
 * What the features of a dictionary do to a model's outcome, transcript by transcript: the file format in which capture
 * states it and others read it.
 */
@NullMarked
package io.concordance.contracts.attribution;

import org.jspecify.annotations.NullMarked;
