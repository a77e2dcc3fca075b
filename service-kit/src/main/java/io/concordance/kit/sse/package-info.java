/**
 * Progress of long work as server-sent events.
 */
@NullMarked
package io.concordance.kit.sse;

import org.jspecify.annotations.NullMarked;
