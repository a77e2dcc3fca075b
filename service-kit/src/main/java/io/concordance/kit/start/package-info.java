/**
 * Things that must exist before work can begin, made at start and retried until they do.
 */
@NullMarked
package io.concordance.kit.start;

import org.jspecify.annotations.NullMarked;
