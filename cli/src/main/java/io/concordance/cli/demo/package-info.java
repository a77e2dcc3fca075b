/** {@code concordance demo}: the bundled studies. */
@NullMarked
package io.concordance.cli.demo;

import org.jspecify.annotations.NullMarked;
