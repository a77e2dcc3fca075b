/**
 * Refusals as RFC 9457 problems: which field, what was given, what is allowed, and never a stack trace.
 */
@NullMarked
package io.concordance.kit.problem;

import org.jspecify.annotations.NullMarked;
