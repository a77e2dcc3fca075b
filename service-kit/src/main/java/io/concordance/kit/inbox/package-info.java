/**
 * Events enter a service at least once; this remembers which ones already took effect, and keeps those that it cannot read
 * for a person to deal with.
 */
@NullMarked
package io.concordance.kit.inbox;

import org.jspecify.annotations.NullMarked;
