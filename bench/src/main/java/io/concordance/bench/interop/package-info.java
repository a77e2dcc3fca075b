/** Whether other packages read our dictionaries as we do, and we theirs. */
@NullMarked
package io.concordance.bench.interop;

import org.jspecify.annotations.NullMarked;
