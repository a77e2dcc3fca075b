/**
 * The other services as a study sees them: a few REST calls each, repeatable, and clear about whether a failure passes.
 */
@NullMarked
package io.concordance.registry.study.peer;

import org.jspecify.annotations.NullMarked;
