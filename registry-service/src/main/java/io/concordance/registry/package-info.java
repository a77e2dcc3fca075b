/**
 * The registry: what is known of features, which of them are of concern, and the signed releases that monitors pull.
 */
@NullMarked
package io.concordance.registry;

import org.jspecify.annotations.NullMarked;
