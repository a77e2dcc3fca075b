/**
 * Facts and work that services tell each other over Kafka, as CloudEvents with a JSON body.
 */
@NullMarked
package io.concordance.contracts.event;

import org.jspecify.annotations.NullMarked;
