/**
 * Strategies: which features an arm kind would nominate, and what a monitor armed with only those would have caught. Pure
 * computation.
 */
@NullMarked
package io.concordance.registry.study.strategy;

import org.jspecify.annotations.NullMarked;
