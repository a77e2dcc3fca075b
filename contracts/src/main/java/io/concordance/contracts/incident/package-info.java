/**
 * What a monitor keeps of a session on which a rule fired: enough to replay it, and to learn from it.
 */
@NullMarked
package io.concordance.contracts.incident;

import org.jspecify.annotations.NullMarked;
