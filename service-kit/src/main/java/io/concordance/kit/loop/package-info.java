/**
 * Long-running loops of a service: none ends or stands still without liveness saying so.
 */
@NullMarked
package io.concordance.kit.loop;

import org.jspecify.annotations.NullMarked;
