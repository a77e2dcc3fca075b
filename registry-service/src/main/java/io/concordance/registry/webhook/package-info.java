/**
 * Events for somebody who has no Kafka: posted to one address, signed, until they were taken.
 */
@NullMarked
package io.concordance.registry.webhook;

import org.jspecify.annotations.NullMarked;
