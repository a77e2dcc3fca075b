/** {@code concordance monitor}: the monitor library on the command line. */
@NullMarked
package io.concordance.cli.monitor;

import org.jspecify.annotations.NullMarked;
