/**
 * How a feature becomes a feature of concern: candidates, proposals, reviews and the audit of all of them.
 */
@NullMarked
package io.concordance.registry.concern;

import org.jspecify.annotations.NullMarked;
