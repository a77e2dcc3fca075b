/**
 * CloudEvents 1.0 in binary mode on Kafka records, and the topics they travel on.
 */
@NullMarked
package io.concordance.kit.event;

import org.jspecify.annotations.NullMarked;
