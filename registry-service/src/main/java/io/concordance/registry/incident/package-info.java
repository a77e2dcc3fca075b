/**
 * Sessions on which a monitor fired: locked snapshots, replayed to see that they can be believed, and the arms that the next
 * study learns from them.
 */
@NullMarked
package io.concordance.registry.incident;

import org.jspecify.annotations.NullMarked;
