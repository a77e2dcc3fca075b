/** {@code concordance dead-letters}: records that services put aside. */
@NullMarked
package io.concordance.cli.deadletters;

import org.jspecify.annotations.NullMarked;
