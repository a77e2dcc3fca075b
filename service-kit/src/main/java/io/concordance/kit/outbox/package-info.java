/**
 * Events leave a service through a table: written in the transaction that makes them true, published afterwards, in order, until the broker has them.
 */
@NullMarked
package io.concordance.kit.outbox;

import org.jspecify.annotations.NullMarked;
