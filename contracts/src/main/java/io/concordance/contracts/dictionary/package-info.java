/**
 * Feature dictionaries in inference form, their files, and the sparse encoder that reads activations with them.
 */
@NullMarked
package io.concordance.contracts.dictionary;

import org.jspecify.annotations.NullMarked;
