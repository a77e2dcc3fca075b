/**
 * Lists in pages.
 */
@NullMarked
package io.concordance.kit.page;

import org.jspecify.annotations.NullMarked;
