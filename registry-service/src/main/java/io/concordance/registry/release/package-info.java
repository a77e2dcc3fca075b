/**
 * Signed, immutable releases of approved features, and the channels that monitors follow.
 */
@NullMarked
package io.concordance.registry.release;

import org.jspecify.annotations.NullMarked;
