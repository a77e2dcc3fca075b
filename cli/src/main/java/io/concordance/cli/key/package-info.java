/** {@code concordance key}: API keys of monitors. */
@NullMarked
package io.concordance.cli.key;

import org.jspecify.annotations.NullMarked;
