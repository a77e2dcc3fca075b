/**
 * Another service over REST, one attempt a call, clear about whether a failure passes.
 */
@NullMarked
package io.concordance.registry.peer;

import org.jspecify.annotations.NullMarked;
