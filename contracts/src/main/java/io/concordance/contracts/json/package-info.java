/**
 * One strict JSON dialect for events, REST bodies and signed documents.
 */
@NullMarked
package io.concordance.contracts.json;

import org.jspecify.annotations.NullMarked;
