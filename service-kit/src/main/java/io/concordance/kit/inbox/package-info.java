/**
 * Events enter a service at least once; this remembers which ones already took effect.
 */
@NullMarked
package io.concordance.kit.inbox;

import org.jspecify.annotations.NullMarked;
