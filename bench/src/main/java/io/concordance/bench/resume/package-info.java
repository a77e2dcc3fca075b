/** The trainer service ended by kill -9 in the middle of runs, and what is left of them in the end. */
@NullMarked
package io.concordance.bench.resume;

import org.jspecify.annotations.NullMarked;
