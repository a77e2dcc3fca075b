/** The {@code concordance} command: its entry point, its exit codes and how it says what went wrong. */
@NullMarked
package io.concordance.cli;

import org.jspecify.annotations.NullMarked;
