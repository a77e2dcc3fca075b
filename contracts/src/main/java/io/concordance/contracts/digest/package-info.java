/**
 * SHA-256 digests, written {@code sha256:<64 hex>} everywhere.
 */
@NullMarked
package io.concordance.contracts.digest;

import org.jspecify.annotations.NullMarked;
