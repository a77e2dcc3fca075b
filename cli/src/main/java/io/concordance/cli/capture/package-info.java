/** {@code concordance capture}: capture jobs, thin over REST. */
@NullMarked
package io.concordance.cli.capture;

import org.jspecify.annotations.NullMarked;
