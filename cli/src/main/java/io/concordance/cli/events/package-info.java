/** {@code concordance events}: what services publish, as a plain consumer sees it. */
@NullMarked
package io.concordance.cli.events;

import org.jspecify.annotations.NullMarked;
