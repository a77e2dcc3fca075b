/**
 * What monitors saw in deployment: exposure and fires, without which no budget can be kept.
 */
@NullMarked
package io.concordance.registry.sighting;

import org.jspecify.annotations.NullMarked;
