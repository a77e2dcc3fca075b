/**
 * {@code concordance trust}: keys and trust documents, made and signed on a machine that need not be online.
 */
@NullMarked
package io.concordance.cli.trust;

import org.jspecify.annotations.NullMarked;
