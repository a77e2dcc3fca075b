/** {@code concordance tensors}. */
@NullMarked
package io.concordance.cli.tensors;

import org.jspecify.annotations.NullMarked;
