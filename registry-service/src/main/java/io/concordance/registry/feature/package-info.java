/**
 * Features as the platform's events describe them, with evidence by arm and the grade computed from it.
 */
@NullMarked
package io.concordance.registry.feature;

import org.jspecify.annotations.NullMarked;
