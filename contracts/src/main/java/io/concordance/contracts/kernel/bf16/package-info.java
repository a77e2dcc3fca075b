/**
 * Native bf16 products for x86-64 processors that have them: a small C file, built by the machine's own compiler when it
 * is first wanted and called through the foreign function interface. Knows nothing of dictionaries.
 */
@NullMarked
package io.concordance.contracts.kernel.bf16;

import org.jspecify.annotations.NullMarked;
