/**
 * The release format: a canonical, signed manifest of features of concern, with the tensors and golden vectors that a
 * monitor needs to detect them.
 */
@NullMarked
package io.concordance.contracts.release;

import org.jspecify.annotations.NullMarked;
