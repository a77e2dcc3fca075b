/**
 * How a refusal names the field at fault.
 */
@NullMarked
package io.concordance.contracts.problem;

import org.jspecify.annotations.NullMarked;
