/**
 * Sparse encoding at the speed of the machine: the vector version equals the plain one of the contracts bit for bit. Pure
 * computation.
 */
@NullMarked
package io.concordance.interp.encode;

import org.jspecify.annotations.NullMarked;
