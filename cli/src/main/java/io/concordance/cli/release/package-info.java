/** {@code concordance release}: published releases, thin over REST. */
@NullMarked
package io.concordance.cli.release;

import org.jspecify.annotations.NullMarked;
