/**
 * Who did what, when and why, in a chain of digests in which nothing can be changed unnoticed.
 */
@NullMarked
package io.concordance.registry.audit;

import org.jspecify.annotations.NullMarked;
