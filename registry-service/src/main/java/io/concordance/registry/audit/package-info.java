/**
 * Who did what, when and why.
 */
@NullMarked
package io.concordance.registry.audit;

import org.jspecify.annotations.NullMarked;
