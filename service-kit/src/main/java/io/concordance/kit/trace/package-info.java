/**
 * One trace from a request through outbox, Kafka and workers to the object store.
 */
@NullMarked
package io.concordance.kit.trace;

import org.jspecify.annotations.NullMarked;
