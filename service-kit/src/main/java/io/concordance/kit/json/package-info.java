/**
 * One JSON dialect on REST and in events.
 */
@NullMarked
package io.concordance.kit.json;

import org.jspecify.annotations.NullMarked;
