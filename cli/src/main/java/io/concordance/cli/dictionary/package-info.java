/** {@code concordance dictionary}: dictionary runs, thin over REST, and their export. */
@NullMarked
package io.concordance.cli.dictionary;

import org.jspecify.annotations.NullMarked;
