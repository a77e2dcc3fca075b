/**
 * Requests that start work may be repeated under one Idempotency-Key and take effect once.
 */
@NullMarked
package io.concordance.kit.idempotency;

import org.jspecify.annotations.NullMarked;
