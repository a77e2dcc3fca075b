/**
 * For the tests of every service: the real platform parts as a test resource, and the walls between packages as rules.
 */
@NullMarked
package io.concordance.kit.testing;

import org.jspecify.annotations.NullMarked;
