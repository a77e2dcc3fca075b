/**
 * The study file: one question about a model, its data and its evaluation.
 */
@NullMarked
package io.concordance.contracts.study;

import org.jspecify.annotations.NullMarked;
