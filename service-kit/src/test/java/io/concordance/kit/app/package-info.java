/**
 * A small service, with everything the kit offers in use, for the kit's own tests.
 */
@NullMarked
package io.concordance.kit.app;

import org.jspecify.annotations.NullMarked;
