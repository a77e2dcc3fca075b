/**
 * What monitors cost the registry that they pull from.
 */
@NullMarked
package io.concordance.bench.pull;

import org.jspecify.annotations.NullMarked;
